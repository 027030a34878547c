import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begun, emptyLensRow, type LensRow } from '../isapi/lens/lens-row.ts';
import { changeLens } from '../isapi/lens/lens-rows.ts';
import type { MoveRecord } from '../isapi/lens/move-log.ts';
import { databases, START_TIMEOUT_MS } from './databases.fixture.ts';
import { camera, NOW, standingClock } from './detection.fixture.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';
import { tableLensRows } from './lens-rows.ts';
import { MAX_MOVES, tableMoveLog } from './moves.ts';

const moved = (row: LensRow, subject: string): LensRow => {
  const at = new Date(NOW).toISOString();
  return begun(row, { id: `by-${subject}`, subject, at, action: 'zoom_in', endsBy: NOW + 400 });
};
const record = (n: number, changes: Partial<MoveRecord> = {}): MoveRecord => ({
  id: `move-${n}`,
  camera: camera('gate'),
  subject: 'operator',
  what: 'zoom_in',
  speed: 50,
  durationMs: 400,
  at: new Date(NOW + n).toISOString(),
  outcome: 'under_way',
  ...changes,
});

describe.each(databases())('lenses in $name', ({ open }) => {
  let embedded: EmbeddedTable;
  beforeAll(async () => {
    embedded = await open();
  }, START_TIMEOUT_MS);
  afterAll(() => embedded?.close());

  test('a row comes back as it was written, and only the first of two writers wins', async () => {
    const rows = tableLensRows(embedded);
    expect(await rows.read(camera('gate'))).toBeNull();
    const first = { ...moved(emptyLensRow, 'a'), version: 1 };
    expect(await rows.write(camera('gate'), first, 0)).toBe(true);
    expect(await rows.write(camera('gate'), { ...moved(emptyLensRow, 'b'), version: 1 }, 0)).toBe(false);
    expect(await rows.read(camera('gate'))).toEqual(first);
    expect(await rows.write(camera('gate'), { ...first, version: 2 }, 1)).toBe(true);
    expect(await rows.write(camera('gate'), { ...first, version: 2 }, 1)).toBe(false);
  });

  test('changes that meet are all made, one after the other', async () => {
    const rows = tableLensRows(embedded);
    const exit = camera('exit');
    const changes = ['a', 'b', 'c', 'd', 'e'].map((subject) => changeLens(rows, exit, (row) => moved(row, subject)));
    const versions = (await Promise.all(changes)).map(({ after }) => after.version);
    expect(versions.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect((await rows.read(exit))?.version).toBe(5);
  });

  test('all rows there are come in one look', async () => {
    const rows = tableLensRows(embedded);
    const many = Array.from({ length: 130 }, (_, n) => camera(`many-${n}`));
    for (const each of [many[0], many[129]]) {
      await rows.write(each ?? camera('none'), { ...moved(emptyLensRow, 'a'), version: 1 }, 0);
    }
    expect([...(await rows.readAll(many)).keys()]).toEqual(['many-0', 'many-129']);
    expect(await rows.readAll([])).toEqual(new Map());
  });

  test('what was asked is listed newest first, with what became of it', async () => {
    const clock = standingClock();
    const moves = tableMoveLog({ ...embedded, clock });
    await moves.keep(record(1));
    await moves.keep(record(2, { what: 'preset', preset: 2 }));
    await moves.keep(record(3, { camera: camera('exit') }));
    await moves.settle(record(1), { outcome: 'ended' });
    await moves.settle(record(2), { outcome: 'failed', code: 'camera_busy' });
    expect(await moves.newest(camera('gate'))).toEqual([
      record(2, { what: 'preset', preset: 2, outcome: 'failed', code: 'camera_busy' }),
      record(1, { outcome: 'ended' }),
    ]);
    clock.move(91 * 86_400_000);
    expect(await moves.newest(camera('gate'))).toEqual([]);
  });

  test('an outcome without a question is not kept', async () => {
    const moves = tableMoveLog({ ...embedded, clock: standingClock() });
    await expect(moves.settle(record(9, { camera: camera('none') }), { outcome: 'ended' })).rejects.toThrow();
    expect(await moves.newest(camera('none'))).toEqual([]);
  });

  test('the list ends at a hundred', async () => {
    const moves = tableMoveLog({ ...embedded, clock: standingClock() });
    const busy = camera('busy');
    const records = Array.from({ length: MAX_MOVES + 5 }, (_, n) => record(n, { camera: busy }));
    await Promise.all(records.map((each) => moves.keep(each)));
    const newest = await moves.newest(busy);
    expect([newest.length, newest[0]?.id]).toEqual([MAX_MOVES, `move-${MAX_MOVES + 4}`]);
  });
});
