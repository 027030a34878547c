// What is committed of the API's description, for whoever builds against it: the document, and the client made of it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { operationsText, schemasText } from './client/operations-text.ts';
import { describeApi } from './describe-api.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIOME = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));

/** Text by its path from the project's root. */
export function openApiFiles(): Record<string, string> {
  const document: unknown = JSON.parse(JSON.stringify(describeApi()));
  return {
    'functions/api/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    ...formatted('functions/api/client/schemas.ts', schemasText(document)),
    ...formatted('functions/api/client/operations.ts', operationsText(document)),
  };
}

/** As everything else in the tree, so that the linter has nothing to say. */
function formatted(path: string, source: string): Record<string, string> {
  const args = [BIOME, 'format', `--stdin-file-path=${path}`];
  return { [path]: execFileSync(process.execPath, args, { cwd: ROOT, input: source, encoding: 'utf8' }) };
}
