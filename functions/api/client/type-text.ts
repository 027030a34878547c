// A schema of the OpenAPI document as a TypeScript type: as much of JSON Schema as our routes use, and a refusal of the
// rest.
import * as z from 'zod';

export const JsonSchema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), JsonSchema).optional();
  },
  get items() {
    return JsonSchema.optional();
  },
  get anyOf() {
    return z.array(JsonSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), JsonSchema]).optional();
  },
});
export type JsonSchema = z.infer<typeof JsonSchema>;

const SIMPLE: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Throws on a schema that has no type here yet. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return refName(schema.$ref);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf !== undefined) return union(schema.anyOf.map(typeText));
  if (schema.type === undefined && Object.keys(schema).length === 0) return 'unknown';
  return union([schema.type ?? []].flat().map((type) => ofOneType(type, schema)));
}

/** As members of an object type; `isAsked`: what is not required may be given as undefined too. */
export function memberText(name: string, type: string, isRequired: boolean, isAsked = false): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return isRequired ? `${key}: ${type};` : `${key}?: ${isAsked ? union([type, 'undefined']) : type};`;
}

function ofOneType(type: string, schema: JsonSchema): string {
  if (type === 'object') return objectText(schema);
  if (type === 'array') {
    const item = typeText(schema.items ?? {});
    return / [|&] /.test(item) ? `(${item})[]` : `${item}[]`;
  }
  const simple = SIMPLE[type];
  if (simple === undefined) throw new Error(`could not write a type for ${JSON.stringify(schema)}`);
  return simple;
}

function objectText({ properties, required = [], additionalProperties = false }: JsonSchema): string {
  if (properties === undefined) {
    const value = typeof additionalProperties === 'object' ? typeText(additionalProperties) : 'unknown';
    return `Record<string, ${value}>`;
  }
  const members = Object.entries(properties).map(([name, schema]) =>
    memberText(name, typeText(schema), required.includes(name)),
  );
  return `{ ${members.join(' ')} }`;
}

function union(types: readonly string[]): string {
  if (types.length === 0) throw new Error('could not write a type: there is none');
  return [...new Set(types)].join(' | ');
}

function refName(ref: string): string {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1];
  if (name === undefined) throw new Error(`could not write a type: ${ref} is no schema of the document`);
  return name;
}
