import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { laneAfter } from './lane-hours.fixture.ts';
import type { LearnedLanes } from './learned-lanes.ts';
import { type QuietFile, quietFile } from './quiet-file.ts';

const MAX_FILE_BYTES = 64 * 1024;

let folder: string;
let path: string;
let lines: string[];
let file: QuietFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-quiet-'));
  path = join(folder, 'quiet', 'gate.json');
  lines = [];
  const note = (event: string) => void lines.push(event);
  file = quietFile(path, { info: note, warn: note, error: note });
});
afterEach(() => rm(folder, { recursive: true }));

/** Eight lanes of many weeks, the most there can be. */
const lanes: LearnedLanes = new Map(
  ['', '1', '__proto__', 'полоса 2', 'e', 'f', 'g', 'h'].map((name, n) => [
    name,
    laneAfter(9, (hour) => hour % (n + 7)),
  ]),
);

describe('the habits of a camera', () => {
  test('are the same after a restart, to a thousandth of a truck, in a small file', async () => {
    await file.save(new Map());
    await file.save(lanes);
    const loaded = file.load();
    expect([...loaded.keys()]).toEqual([...lanes.keys()]);
    for (const [name, lane] of lanes) {
      const { week, ...hours } = loaded.get(name) ?? { week: null };
      expect(week).toBe(lane.week);
      for (const [kind, values] of Object.entries(hours)) {
        const meant = Object.entries(lane).find(([each]) => each === kind)?.[1];
        expect(values).toEqual(Object.values(meant ?? {}).map((value) => expect.closeTo(Number(value), 2)));
      }
    }
    expect(await readdir(join(folder, 'quiet'))).toEqual(['gate.json']);
    expect((await stat(path)).size).toBeLessThan(MAX_FILE_BYTES);
  });

  test('begin anew where there are none yet, and nobody is troubled with it', () => {
    expect(file.load().size).toBe(0);
    expect(lines).toEqual([]);
  });

  test.each([
    '',
    '{"form":1,"lanes":[{',
    '{"form":2,"lanes":[]}',
    '{"form":1,"lanes":[{"name":"1","week":0,"reads":[-1]}]}',
  ])('begin anew where the file is damaged (%s), which is said once', async (text) => {
    await file.save(lanes);
    await writeFile(path, text);
    expect(file.load().size).toBe(0);
    expect(lines).toEqual(['quiet.forgotten']);
    await file.save(lanes);
    expect(file.load().size).toBe(lanes.size);
  });

  test('are as they were when a kill interrupted the writing', async () => {
    await file.save(lanes);
    await writeFile(`${path}.tmp`, '{"form":1,"lan');
    expect(file.load().size).toBe(lanes.size);
    await file.save(new Map());
    expect(file.load().size).toBe(0);
  });
});
