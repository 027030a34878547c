// The tree is the way of the data, and imports only follow it (DESIGN section 3).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PARTS = ['shared', 'functions', 'bridge', 'cdk'] as const;
type Part = (typeof PARTS)[number];

/** What each part may import of the others. `functions/` are apart from each other too. */
const MAY_IMPORT: Record<Part, readonly Part[]> = {
  shared: ['shared'],
  functions: ['functions', 'shared'],
  bridge: ['bridge', 'shared'],
  cdk: ['cdk', 'shared'],
};
const IMPORT = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

type Import = { from: string; to: string };

function filesOf(part: string): string[] {
  try {
    return readdirSync(join(ROOT, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

/** Tests and fixtures may reach for a real camera or table; what is shipped may not. */
const shipped = (file: string) => !/\.(test|fixture|test-support|test-child)\.ts$|\.d\.ts$/.test(file);

function importsOf(files: readonly string[]): Import[] {
  return files.filter(shipped).flatMap((from) =>
    [...readFileSync(join(ROOT, from), 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({
      from,
      to: relative(ROOT, resolve(ROOT, dirname(from), target)),
    })),
  );
}

const partOf = (file: string) => file.split(sep)[0] as Part;
const functionOf = (file: string) => file.split(sep).slice(0, 2).join('/');

describe('imports follow the way of the data', () => {
  test.each(PARTS)('%s imports only what it may', (part) => {
    const strays = importsOf(filesOf(part)).filter(({ to }) => !MAY_IMPORT[part].includes(partOf(to)));
    expect(strays).toEqual([]);
  });

  test('no function imports another', () => {
    const strays = importsOf(filesOf('functions')).filter(
      ({ from, to }) => partOf(to) === 'functions' && functionOf(to) !== functionOf(from),
    );
    expect(strays).toEqual([]);
  });

  test('the rule sees imports at all, in every part that exists', () => {
    expect(importsOf(filesOf('shared')).length).toBeGreaterThan(50);
    expect(importsOf(filesOf('functions')).some(({ to }) => partOf(to) === 'shared')).toBe(true);
    expect(importsOf(filesOf('bridge')).some(({ to }) => partOf(to) === 'shared')).toBe(true);
  });

  test('no file is called after nothing in particular', () => {
    const vague = PARTS.flatMap(filesOf).filter((file) =>
      /(^|[/-])(utils?|helpers?|manager|service|misc|common)([/.-]|$)/.test(file),
    );
    expect(vague).toEqual([]);
  });
});
