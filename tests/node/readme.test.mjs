// README.md shows the recipes as they stand in recipes/: what people copy is what the other tests run.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const folder = new URL('recipes/', import.meta.url);
const LANGUAGES = { mjs: 'js', conf: 'nginx' };

test('README.md shows every recipe as it is tested', async (t) => {
  const names = readdirSync(folder);
  assert.ok(names.length >= 8, `${names}`);
  for (const name of names) {
    await t.test(name, () => {
      const block = `\`${name}\`\n\n\`\`\`${LANGUAGES[name.split('.').at(-1)]}\n${readFileSync(new URL(name, folder), 'utf8')}\`\`\`\n`;
      assert.equal(readme.split(block).length, 2, `this stands in README.md, once:\n${block}`);
    });
  }
  const blocks = readme.match(/^```(js|nginx)$/gm).length;
  assert.equal(blocks, names.length, 'README.md has a block of code that is no recipe');
});
