// schema.graphql against the contract: what the contract promises must be there as it stands, more is free.
//   KYC_CONTRACT=…/api.graphql node --test breaking.test.mjs
// pending.json lists the types and fields (`Type` or `Type.field`) that later work adds. It only shrinks: what is there
// already, or is not in the contract, may not be listed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { buildASTSchema, buildSchema, findBreakingChanges, parse } from 'graphql';

const contractPath = process.env.KYC_CONTRACT;
const schemaPath = process.env.KYC_SCHEMA ?? new URL('../../schema.graphql', import.meta.url);

/** The names of every type, and of every field as `Type.field`. */
function namesOf(document) {
  const names = new Set();
  for (const definition of document.definitions) {
    names.add(definition.name?.value);
    for (const field of definition.fields ?? []) names.add(`${definition.name.value}.${field.name.value}`);
  }
  return names;
}

/** The document without these types and fields; unions lose the types too. */
function without(document, pending) {
  const definitions = document.definitions
    .filter((definition) => !pending.has(definition.name?.value))
    .map((definition) => ({
      ...definition,
      ...(definition.fields && {
        fields: definition.fields.filter((field) => !pending.has(`${definition.name.value}.${field.name.value}`)),
      }),
      ...(definition.types && { types: definition.types.filter((type) => !pending.has(type.name.value)) }),
    }));
  return { ...document, definitions };
}

test('schema.graphql keeps the contract', { skip: contractPath ? false : 'KYC_CONTRACT is not set: no contract to compare with' }, async (t) => {
  const contract = parse(readFileSync(contractPath, 'utf8'));
  const ours = readFileSync(schemaPath, 'utf8');
  const pending = JSON.parse(readFileSync(new URL('pending.json', import.meta.url), 'utf8'));

  await t.test('pending.json lists only what the contract has and we have not', () => {
    const promised = namesOf(contract);
    const there = namesOf(parse(ours));
    assert.deepEqual(pending.filter((name, at) => pending.indexOf(name) !== at), [], 'listed twice');
    assert.deepEqual(pending.filter((name) => !promised.has(name)), [], 'not in the contract');
    assert.deepEqual(pending.filter((name) => there.has(name)), [], 'no longer pending: take it off the list');
  });

  await t.test('nothing else is missing or different', () => {
    const owed = without(contract, new Set(pending));
    const changes = findBreakingChanges(buildASTSchema(owed), buildSchema(ours));
    assert.deepEqual(changes.map((change) => change.description), []);
  });
});
