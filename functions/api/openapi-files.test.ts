import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiBench, openApi } from './api.fixture.ts';
import { openApiFiles } from './openapi-files.ts';

const committed = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

let gate: ApiBench;
beforeAll(async () => {
  gate = await openApi();
});
afterAll(() => gate?.close());

test('the committed document and client are those of the routes: otherwise `npm run openapi` writes them', () => {
  const files = openApiFiles();
  expect(Object.keys(files)).toHaveLength(3);
  for (const [path, text] of Object.entries(files)) expect(committed(path), path).toBe(text);
});

test('the committed document is the one that a gate serves', async () => {
  const served = await gate.api().request('/api/openapi.json');
  expect(JSON.parse(committed('functions/api/openapi.json'))).toEqual(await served.json());
});
