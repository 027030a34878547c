// `npm run bundle`: writes the VM's bundle to `dist/`, or to the folder named.
import { mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildBundle } from './build-bundle.ts';

const KIBIBYTE = 1024;

const out = resolve(process.argv[2] ?? 'dist');
mkdirSync(out, { recursive: true });
const { archive } = await buildBundle(out);
console.log(`${archive} (${Math.round(statSync(archive).size / KIBIBYTE)} KiB)`);
