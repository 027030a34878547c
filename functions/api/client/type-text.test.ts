import { expect, test } from 'vitest';
import { type JsonSchema, typeText } from './type-text.ts';

test.each<[JsonSchema, string]>([
  [{ type: 'integer' }, 'number'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: ['string', 'null'], enum: ['lost', null] }, '"lost" | null'],
  [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, '("a" | "b")[]'],
  [{ type: 'array', items: { $ref: '#/components/schemas/Picture' } }, 'Picture[]'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ type: 'object', additionalProperties: {} }, 'Record<string, unknown>'],
  [
    {
      type: ['object', 'null'],
      properties: { id: { type: 'string' }, 'a-b': { type: 'boolean' } },
      required: ['id'],
    },
    '{ id: string; "a-b"?: boolean; } | null',
  ],
  [{ type: 'array', items: { type: ['object', 'null'], properties: {} } }, '({  } | null)[]'],
])('%j is %s', (schema, text) => {
  expect(typeText(schema)).toBe(text);
});

test('what has no type here is refused, not guessed', () => {
  expect(() => typeText({ type: 'tuple' })).toThrow('could not write a type');
  expect(() => typeText({ type: [] })).toThrow('could not write a type');
  expect(() => typeText({ $ref: 'other.json#/Thing' })).toThrow('is no schema of the document');
});
