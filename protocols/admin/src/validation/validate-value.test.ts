import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ValueSchema } from './validate-value.ts';
import { faultsOf } from './validate-value.ts';

const schema: ValueSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 3, pattern: '^[a-z]*$', description: 'small letters' },
    age: { type: 'integer', minimum: 0, maximum: 9 },
    kind: { type: 'string', enum: ['a', 'b'] },
    list: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'number' } },
    inner: { oneOf: [{ type: 'null' }, { $ref: '#/definitions/Inner' }] },
    both: { allOf: [{ $ref: '#/definitions/Inner' }, { type: 'object', description: 'd' }] },
    flag: { type: ['boolean', 'null'] },
  },
  definitions: { Inner: { type: 'object', properties: { on: { type: 'boolean' } }, additionalProperties: false } },
};

const said = (value: unknown) => faultsOf(value, schema).map(({ path, message }) => `${path}: ${message}`);

describe('values against a schema', () => {
  it('fit', () => {
    expect(said({ name: 'ada', age: 9, kind: 'b', list: [1.5], inner: null, both: { on: true }, flag: null })).toEqual(
      [],
    );
    expect(said({ name: 'a', inner: { on: false }, age: undefined })).toEqual([]);
  });

  it.each([
    [null, ': expected object, got null'],
    [[], ': expected object, got array'],
    [{}, 'name: is required'],
    [{ name: '' }, 'name: must not be empty'],
    [{ name: 'abcd' }, 'name: must have at most 3 characters'],
    [{ name: 'A' }, 'name: expected small letters'],
    [{ name: 'a', age: 1.5 }, 'age: expected integer, got number'],
    [{ name: 'a', age: -1 }, 'age: must be at least 0'],
    [{ name: 'a', kind: 'c' }, 'kind: expected one of a, b'],
    [{ name: 'a', list: [] }, 'list: must have at least 1 entries'],
    [{ name: 'a', list: [1, 'x'] }, 'list.1: expected number, got string'],
    [{ name: 'a', inner: { on: 1 } }, 'inner.on: expected boolean, got integer'],
    [{ name: 'a', both: { off: 1 } }, 'both.off: unknown; known are on'],
    [{ name: 'a', flag: 'yes' }, 'flag: expected boolean or null, got string'],
    [{ name: 'a', constructor: 1 }, 'constructor: unknown; known are name, age, kind, list, inner, both, flag'],
    [
      JSON.parse('{"name": "a", "__proto__": 1}'),
      '__proto__: unknown; known are name, age, kind, list, inner, both, flag',
    ],
  ])('do not fit: %j', (value, message) => {
    expect(said(value)).toEqual([message]);
  });

  it('never make the check itself fail', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(faultsOf(value, schema))));
  });
});
