// The client's sources, written from the OpenAPI document: a type for each of its schemas, a method for each operation.
import * as z from 'zod';
import { JsonSchema, memberText, typeText } from './type-text.ts';

const Content = z.record(z.string(), z.object({ schema: JsonSchema }));
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.unknown()),
  parameters: z
    .array(
      z.object({
        in: z.enum(['path', 'query']),
        name: z.string(),
        required: z.boolean().default(false),
        schema: JsonSchema,
      }),
    )
    .default([]),
  requestBody: z.object({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.record(z.string(), z.object({ content: Content.optional() })),
});
type Operation = z.infer<typeof Operation>;
type Placed = Operation & { path: string; method: string };

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), JsonSchema) }),
});

const HEAD = '// Written by `npm run openapi` from the API’s routes: change those, not this.';
const JSON_TYPE = 'application/json';

export function schemasText(document: unknown): string {
  const { components } = Document.parse(document);
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeText(schema)};`,
  );
  return `${HEAD}\n\n${types.join('\n\n')}\n`;
}

/** Without operations that redirect: what they lead to is for an `<img>`, which asks by itself. */
export function operationsText(document: unknown): string {
  const { paths, components } = Document.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
  const lists = Object.keys(components.schemas).filter((name) => components.schemas[name]?.properties?.items);
  const methods = operations
    .filter(({ responses }) => !('302' in responses))
    .map((operation) => methodText(operation, lists));
  const body = methods.join('\n');
  // Without what a summary happens to say.
  const code = body.replaceAll(/^\/\*\*.*$/gm, '');
  const used = Object.keys(components.schemas).filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return [
    HEAD,
    "import type { Ask, How } from './ask.ts';",
    `import type { ${used.sort().join(', ')} } from './schemas.ts';`,
    '',
    'const part = encodeURIComponent;',
    '',
    'export function operations(ask: Ask) {',
    `  return {\n${body}\n  };`,
    '}\n',
  ].join('\n');
}

/** `lists`: the schemas that hold `items`. */
function methodText(operation: Placed, lists: readonly string[]): string {
  const { operationId, summary, method, path, security, parameters, requestBody } = operation;
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const body = requestBody?.content[JSON_TYPE]?.schema;
  if (body && inQuery.length > 0) throw new Error(`could not write ${operationId}: it has a query and a body`);
  const answer = answerText(operation);
  const rest = body ? 'body' : inQuery.length > 0 ? 'query' : null;
  const types = [...objectOf([...inPath, ...inQuery]), ...(body ? [typeText(body)] : [])];
  const names = [...inPath.map(({ name }) => name), ...(rest ? [`...${rest}`] : [])];
  const mayBeNothing = inPath.length === 0 && !requestBody?.required && inQuery.every(({ required }) => !required);
  const asked = inPath.length === 0 && rest ? rest : `{ ${names.join(', ')} }`;
  const first = rest || inPath.length > 0 ? `${asked}: ${types.join(' & ')}${mayBeNothing ? ' = {}' : ''}, ` : '';
  const url = path.includes('{')
    ? `\`${path.replaceAll(/\{(\w+)\}/g, (_, name) => `\${part(${name})}`)}\``
    : `'${path}'`;
  const request = [
    `method: '${method}'`,
    `path: ${url}`,
    `needsToken: ${security.length > 0}`,
    ...(rest ? [rest] : []),
    ...(lists.some((name) => answer === `json<${name}>`) ? ['isList: true'] : []),
  ];
  return `/** ${summary}. */\n${operationId}: (${first}how?: How) => ask.${answer}({ ${request.join(', ')} }, how),\n`;
}

function objectOf(parameters: Operation['parameters']): string[] {
  if (parameters.length === 0) return [];
  const members = parameters.map(({ name, required, schema }) => memberText(name, typeText(schema), required, true));
  return [`{ ${members.join(' ')} }`];
}

/** Which way of asking, by what success brings. */
function answerText({ operationId, responses }: Operation): string {
  const [status, success] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  if (status === '204') return 'nothing';
  const schema = success?.content?.[JSON_TYPE]?.schema;
  if (schema) return `json<${typeText(schema)}>`;
  if (success?.content?.['image/jpeg']) return 'picture';
  throw new Error(`could not write ${operationId}: its answer has no form that is known here`);
}
