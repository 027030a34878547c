import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { rowOf } from '../../../shared/store/completeness.fixture.ts';
import type { Completeness } from '../../../shared/store/completeness.ts';
import { HOUR_MS, hourOf } from '../../../shared/store/completeness-accounts.ts';
import type { StoredRead } from '../../../shared/store/completeness-comparison.ts';
import type { MemoryReport } from '../../../shared/store/completeness-memory.ts';
import { aDetection, camera, NOW, standingClock } from '../../../shared/store/detection.fixture.ts';
import { isoInstant } from '../../../shared/support/clock.ts';
import { Busy } from '../../../shared/support/errors.ts';
import { type ApiBench, openApi, read } from '../api.fixture.ts';
import { CompletenessAnswer, MAX_LISTED } from './completeness-answer.ts';

const PATH = '/api/gate/cameras/gate/completeness';
const hour = (n: number) => isoInstant(Date.parse(hourOf(isoInstant(NOW))) + n * HOUR_MS);

let gate: ApiBench;
beforeAll(async () => {
  gate = await openApi();
});
afterAll(() => gate?.close());

async function ask(query = '', over: Parameters<ApiBench['api']>[0] = {}, headers = gate.operator()) {
  const response = await gate.api(over).request(`${PATH}${query}`, { headers });
  return { status: response.status, body: Body.parse(await response.json()) };
}

const memory: MemoryReport = {
  reportedAt: isoInstant(NOW),
  supported: true,
  sweptTo: isoInstant(NOW),
  rememberedFrom: hour(-40),
  lastRowAt: null,
  aheadMs: null,
  gaps: [],
};
/** Members of any answer. */
const Body = z.looseObject({ code: z.string(), items: z.array(z.unknown()) }).partial();

/** A table that says so, and notes what it was asked. */
function told(answer: Partial<Awaited<ReturnType<Completeness['compare']>>>, of: MemoryReport | null = memory) {
  const spans: string[][] = [];
  const completeness: Completeness = {
    memoryOf: async () => of,
    compare: async (_, from, to) => {
      spans.push([from, to]);
      return { from, hours: [], ...answer };
    },
  };
  return { completeness, spans };
}

describe('the completeness of a camera', () => {
  test('is told of the last 24 hours, from what is stored, before the bridge has said anything', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    const answer = CompletenessAnswer.parse(body);
    expect(answer).toMatchObject({ from: hour(-23), to: hour(1), cursor: null, capped: null, memory: null });
    expect(answer.items.map((item) => item.hour)).toEqual(Array.from({ length: 24 }, (_, n) => hour(-n)));
    expect(answer.items[0]).toEqual({
      hour: hour(0),
      lane: null,
      camera: 0,
      stored: 1,
      missing: 0,
      recovered: 0,
      notInCamera: 1,
      state: 'unknown',
      reason: 'the bridge has never told of this camera’s memory',
      onlyInCamera: [],
      onlyStored: [{ id: read.id, capturedAt: read.capturedAt, plate: read.plate }],
      unlisted: null,
    });
  });

  test('is of whole hours, whatever minutes are asked for', async () => {
    const { completeness, spans } = told({});
    await ask(`?from=${hour(-5).replace(':00:00', ':59:59')}&to=${isoInstant(NOW + 1)}`, { completeness });
    await ask(`?from=${hour(-5)}&to=${hour(-4)}`, { completeness });
    await ask(`?to=${encodeURIComponent('2026-11-22T15:00:00+05:00')}`, { completeness });
    expect(spans).toEqual([
      [hour(-5), hour(1)],
      [hour(-5), hour(-4)],
      [hour(-24), hour(0)],
    ]);
  });

  test('is of the hours that the camera’s own clock shows, where that stands in another year', async () => {
    const ahead = 3 * 365 * 24 * HOUR_MS;
    const { completeness, spans } = told({}, { ...memory, aheadMs: ahead });
    await ask('', { completeness });
    expect(spans).toEqual([[hourOf(isoInstant(NOW + ahead - 23 * HOUR_MS)), isoInstant(Date.parse(hour(1)) + ahead)]]);
  });

  test('lists what only one side has, oldest first, and says how much more there is', async () => {
    const rows = Array.from({ length: MAX_LISTED + 2 }, (_, n) =>
      rowOf(aDetection({ at: isoInstant(NOW - n * 60_000) })),
    );
    const { id, camera: by, plate, at, capturedAt, sources } = read;
    const stored: StoredRead = { id, camera: by, plate, at, capturedAt, sources, isRecovered: false };
    const lanes = {
      hour: hour(0),
      lane: '1',
      camera: rows.length,
      stored: 1,
      recovered: 0,
      isCapped: false,
      isExpired: false,
    };
    const { completeness } = told({ hours: [{ ...lanes, onlyInCamera: rows, onlyStored: [stored] }] });
    const { body } = await ask('', { completeness });
    const [item] = CompletenessAnswer.parse(body).items;
    expect(item).toMatchObject({ state: 'missing', missing: MAX_LISTED + 2, notInCamera: 1 });
    expect(item?.onlyInCamera).toHaveLength(MAX_LISTED);
    const oldest = rows.at(-1);
    expect(item?.onlyInCamera[0]).toEqual({ id: oldest?.id, capturedAt: oldest?.capturedAt, plate: '01A123BC' });
    expect(item?.unlisted).toBe('lists 50 of 52 that are only in the camera');
  });

  test('says where a span held too much to compare, and from where to go on', async () => {
    const { completeness } = told({ from: hour(-3) });
    const { body } = await ask('', { completeness });
    expect(body).toMatchObject({ from: hour(-3), capped: expect.stringContaining(hour(-3)) });
  });

  test.each([
    ['is longer than a week', `?from=${hour(-169)}&to=${hour(0)}`],
    ['is empty', `?from=${hour(0)}&to=${hour(0)}`],
    ['ends before it begins', `?from=${hour(0)}&to=${hour(-3)}`],
    ['begins in the future', '?from=2031-01-01T00:00:00Z'],
    ['is no instant', '?from=yesterday'],
    ['is the first year there was', '?from=0000-01-01T00:00:00Z'],
    ['begins before the first year', '?to=0000-01-01T12:00:00Z'],
  ])('is refused for a span that %s', async (_, query) => {
    const { status, body } = await ask(query);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  test('of the edges of the calendar is empty, not broken', async () => {
    for (const span of [
      'from=0000-01-01T00:00:00Z&to=0000-01-02T00:00:00Z',
      'from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59Z',
    ]) {
      const { status, body } = await ask(`?${span}`);
      expect([status, CompletenessAnswer.parse(body).items.length]).toEqual([200, 24]);
    }
  });

  test('is for those who may see reads, and for cameras that there are', async () => {
    expect((await ask('', {}, gate.operator(['gate:control']))).status).toBe(403);
    expect((await ask('', {}, {})).status).toBe(401);
    const { status, body } = await gate.get('/api/gate/cameras/none/completeness');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  test('waits for a table that is away', async () => {
    const busy = new Busy('internal', 'could not read how far a memory was read', { retryAfterSeconds: 1 });
    const away = { ...told({}).completeness, memoryOf: () => Promise.reject(busy) };
    const response = await gate.api({ completeness: away }).request(PATH, { headers: gate.operator() });
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
  });

  test('of another camera tells nothing of this one', async () => {
    const { completeness } = told({});
    const asked: string[] = [];
    const noting: Completeness = {
      ...completeness,
      compare: (id, ...span) => {
        asked.push(id);
        return completeness.compare(id, ...span);
      },
    };
    await gate.api({ completeness: noting, clock: standingClock() }).request('/api/gate/cameras/exit/completeness/', {
      headers: gate.operator(),
    });
    expect(asked).toEqual([camera('exit')]);
  });
});
