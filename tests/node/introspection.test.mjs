// What tools see of the schema: graphql-js builds a client schema from the standard introspection query, it is the one that
// schema.graphql prints, and everything in it is described.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from 'graphql';

import { data, skip } from './server.mjs';

const introspection = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true });

/** Every type, field, argument, enum value and input field as [its name, its description]. */
function* descriptions(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield [type.name, type.description];
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
    } else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description];
        for (const argument of field.args ?? []) {
          yield [`${type.name}.${field.name}(${argument.name}:)`, argument.description];
        }
      }
    }
  }
}

test('introspection', { skip }, async (t) => {
  const schema = buildClientSchema(await data(introspection));

  await t.test('is a valid schema', () => {
    assert.deepEqual(validateSchema(schema), []);
  });

  await t.test('is what schema.graphql says', () => {
    const file = process.env.KYC_SCHEMA ?? new URL('../../schema.graphql', import.meta.url);
    const printed = (source) => printSchema(lexicographicSortSchema(source));
    assert.equal(printed(schema), printed(buildSchema(readFileSync(file, 'utf8'))));
  });

  await t.test('everything is described', () => {
    const all = [...descriptions(schema)];
    assert.ok(all.length > 300, `only ${all.length} descriptions: the walk is broken`);
    assert.deepEqual(all.filter(([, description]) => !description?.trim()).map(([name]) => name), []);
  });
});
