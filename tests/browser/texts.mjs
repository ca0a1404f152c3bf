import { readFileSync } from 'node:fs';

/** The catalogue of a language, as the page has it. */
export async function texts(language) {
  const text = readFileSync(new URL(`../../web/journey/texts/${language}.js`, import.meta.url), 'utf8');
  const { default: catalogue } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return (key, values = {}) => catalogue[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
