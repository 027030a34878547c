// `npm run openapi`: brings the committed document and the client up to date with the routes.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiFiles } from './openapi-files.ts';

for (const [path, text] of Object.entries(openApiFiles())) {
  writeFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), text);
  console.log(path);
}
