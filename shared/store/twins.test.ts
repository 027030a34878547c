// The camera's memory and another road tell of one read with times a second apart: one row, whatever comes first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Detection, DetectionIdSchema } from '../detection/detection.ts';
import { isoInstant } from '../support/clock.ts';
import { silentLog } from '../support/log.ts';
import { databases, plateOf, START_TIMEOUT_MS } from './databases.fixture.ts';
import { aDetection, aPicture, camera, NOW, standingClock } from './detection.fixture.ts';
import { type DetectionStore, detectionStore } from './detections.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';

const SECOND_MS = 1_000;
/** When the messages arrive: long after the vehicle, as after an outage. */
const LATER_MS = 10 * 60_000;

const at = (seconds: number) => isoInstant(NOW + seconds * SECOND_MS);
type Changes = Parameters<typeof aDetection>[0];

function live(plate: string | null, seconds: number, changes: Changes = {}): Detection {
  return unreadId(aDetection({ plate, at: at(seconds), lane: '1', ...changes }), 'live');
}
function history(plate: string | null, seconds: number, changes: Changes = {}): Detection {
  const receivedAt = at(seconds + 130);
  const road = { sources: ['history' as const], late: true, receivedAt, confidence: null, lane: '1' };
  return unreadId(aDetection({ plate, at: at(seconds), ...road, ...changes }), 'history');
}
/** Roads give an unread vehicle ids of their own. */
function unreadId(detection: Detection, road: string): Detection {
  if (detection.plate !== null) return detection;
  return { ...detection, id: DetectionIdSchema.parse(detection.id.slice(0, -1) + (road === 'live' ? 'a' : 'b')) };
}
const withPicture = (detection: Detection, kind: string): Detection => ({ ...detection, pictures: [aPicture(kind)] });

/** Each of them first once, and last once; every order there is stands in record-twins.test.ts. */
function rotations<T>(items: readonly T[]): T[][] {
  return items.map((_, n) => [...items.slice(n), ...items.slice(0, n)]);
}
let plates = 0;
function newPlate(): string {
  plates += 1;
  return `TW${String(plates).padStart(5, '0')}`;
}

describe.each(databases())('on $name', ({ open }) => {
  let embedded: EmbeddedTable;
  let store: DetectionStore;
  const clock = standingClock(NOW + LATER_MS);
  beforeAll(async () => {
    embedded = await open();
    store = detectionStore({ ...embedded, clock, log: silentLog });
  }, START_TIMEOUT_MS);
  afterAll(() => embedded?.close());

  async function rowsOf(plate: string): Promise<Detection[]> {
    const { items } = await store.list({ plate: plateOf(plate), limit: 100, order: 'asc' });
    return items;
  }
  async function timelineOf(id: string): Promise<Detection[]> {
    return (await store.list({ cameras: [camera(id)], limit: 100, order: 'asc' })).items;
  }

  describe('a row of the memory a second beside a live read', () => {
    const messages = ['live', 'live with its scene', 'history', 'history with its plate'] as const;

    test.each([...rotations(messages), ...rotations(messages.toReversed())].map((order) => ({ order })))(
      'is one row with it: $order',
      async ({ order }) => {
        const plate = newPlate();
        const [read, row] = [live(plate, 0), history(plate, 1)];
        const message = {
          live: read,
          'live with its scene': withPicture(read, 'scene'),
          history: row,
          'history with its plate': withPicture(row, 'plate'),
        };
        // Each of them twice, for queues repeat.
        for (const name of [...order, ...order.toReversed()]) await store.record(message[name]);
        const rows = await rowsOf(plate);
        expect(rows).toHaveLength(1);
        expect(rows[0]).toMatchObject({ id: read.id, late: false, sources: ['stream', 'history'], capturedAt: at(0) });
        expect(rows[0]?.pictures.map(({ kind }) => kind)).toEqual(['plate', 'scene']);
        expect(await store.get(row.id)).toBeNull();
      },
    );

    test('is one row when all of it is stored at once', async () => {
      for (let round = 0; round < 8; round += 1) {
        const plate = newPlate();
        const [read, row] = [live(plate, 0), history(plate, 1)];
        await Promise.all([row, read, withPicture(row, 'plate'), withPicture(read, 'scene')].map(store.record));
        expect((await rowsOf(plate)).map(({ id }) => id)).toEqual([read.id]);
      }
    });

    test('says matched, and merged where both roads gave one id', async () => {
      const plate = newPlate();
      expect(await store.record(live(plate, 0))).toBe('created');
      expect(await store.record(history(plate, 0))).toBe('merged');
      expect(await store.record(history(plate, 1))).toBe('matched');
      expect(await rowsOf(plate)).toHaveLength(1);
    });
  });

  describe('a row of the memory', () => {
    test('six seconds beside a read of its plate is a read of its own, and five is not', async () => {
      for (const [seconds, rows] of [
        [5, 1],
        [-5, 1],
        [6, 2],
        [-6, 2],
      ] as const) {
        const plate = newPlate();
        await store.record(live(plate, 0));
        await store.record(history(plate, seconds));
        expect(await rowsOf(plate)).toHaveLength(rows);
      }
    });

    test('is a read of its own beside another plate, and beside another camera’s read of the same one', async () => {
      const [plate, other] = [newPlate(), newPlate()];
      await store.record(live(other, 0));
      await store.record(live(plate, 0, { camera: 'exit' }));
      expect(await store.record(history(plate, 1))).toBe('created');
      expect(await rowsOf(plate)).toMatchObject([{ camera: 'exit' }, { camera: 'gate', late: true }]);
    });

    test('and another one of its plate beside it are two: the memory may hold two reads of one vehicle', async () => {
      const plate = newPlate();
      for (const seconds of [0, 2, 0, 2]) await store.record(history(plate, seconds));
      expect(await rowsOf(plate)).toHaveLength(2);
    });

    test('joins the nearest of two live reads, which stay two', async () => {
      const plate = newPlate();
      for (const read of [live(plate, 0), live(plate, 4), history(plate, 3)]) await store.record(read);
      expect((await rowsOf(plate)).map(({ sources }) => sources)).toEqual([['stream'], ['stream', 'history']]);
    });

    test('is found where only one of the roads knew how far the camera’s clock was off', async () => {
      const plate = newPlate();
      const corrected = isoInstant(NOW + 3_600_000);
      await store.record(live(plate, 0, { sources: ['webhook'] }));
      const row = history(plate, 1);
      expect(await store.record({ ...row, at: corrected, timeFrom: 'corrected' })).toBe('matched');
    });

    test.each([
      {
        id: 'arrived',
        other: 'is dated by its arrival minutes later',
        dated: { at: at(84), timeFrom: 'arrival', receivedAt: at(84) } as const,
      },
      {
        id: 'offset',
        other: 'was corrected by another offset',
        dated: { at: at(150), timeFrom: 'corrected' } as const,
      },
      {
        id: 'replay',
        other: 'is a replay by a clock that was right',
        dated: { late: true, receivedAt: at(400) } as const,
      },
    ])('of an unread vehicle is found where a clock was set and the other road $other', async ({ id, dated }) => {
      for (const first of ['row', 'read']) {
        const name = `${first}-${id}`;
        const read = live(null, 3_600, { camera: name, receivedAt: at(0), ...dated });
        const row = history(null, 3_600, { camera: name, at: at(0), capturedAt: at(3_600), timeFrom: 'corrected' });
        const told = [{ ...read, capturedAt: at(3_600) }, row];
        for (const each of first === 'read' ? told : told.toReversed()) await store.record(each);
        const whole = { at: dated.at ?? at(3_600), sources: ['stream', 'history'], late: dated.late ?? false };
        expect(await timelineOf(name)).toMatchObject([{ id: told[0]?.id, ...whole }]);
      }
    });

    test('that was live from the memory alone, and comes again late, stays one row and no late one', async () => {
      const plate = newPlate();
      await store.record(history(plate, 0, { late: false }));
      await store.record(history(plate, 0));
      expect(await rowsOf(plate)).toMatchObject([{ late: false, sources: ['history'] }]);
    });

    test('and a replay that the camera sends of itself are one row too', async () => {
      const plate = newPlate();
      const replay = live(plate, 0, { late: true, receivedAt: isoInstant(clock.now()) });
      await store.record(history(plate, 1));
      await store.record(replay);
      expect(await rowsOf(plate)).toMatchObject([{ id: replay.id, late: true, sources: ['stream', 'history'] }]);
    });
  });

  describe('the same truck again within five seconds', () => {
    const beside = (row: Detection, other: Detection): Detection => ({
      ...row,
      beside: [{ id: other.id, capturedAt: other.capturedAt }],
    });

    test.each([0, 1])(
      'whose second passage nobody heard is two rows, whatever comes first: %i s off',
      async (shift) => {
        for (const order of rotations(['read', 'its row', 'the row beside it'] as const)) {
          const plate = newPlate();
          const [first, second] = [history(plate, 0), history(plate, 4)];
          const message = {
            read: live(plate, shift),
            'its row': beside(first, second),
            'the row beside it': beside(second, first),
          };
          for (const name of [...order, ...order.toReversed()]) await store.record(message[name]);
          expect(await rowsOf(plate)).toMatchObject([
            { id: message.read.id, late: false, sources: ['stream', 'history'] },
            { id: second.id, late: true, sources: ['history'] },
          ]);
        }
      },
    );

    test('is no reader’s business: nobody is shown what stood beside a row', async () => {
      const plate = newPlate();
      await store.record(beside(history(plate, 0), history(plate, 4)));
      const [row] = await rowsOf(plate);
      expect(row).toMatchObject({ id: history(plate, 0).id });
      expect(Object.keys({ ...row, ...(await store.get(history(plate, 0).id)) }).join()).not.toContain('beside');
    });
  });

  test('a push that comes minutes late is one row with the memory’s, and as late as its road says', async () => {
    for (const { shift, late } of [0, 1].flatMap((each) => [true, false].map((late) => ({ shift: each, late })))) {
      const plate = newPlate();
      const push = live(plate, shift, { sources: ['webhook'], late, receivedAt: isoInstant(clock.now()) });
      for (const message of [history(plate, 0), push]) await store.record(message);
      expect(await rowsOf(plate)).toMatchObject([{ id: push.id, late, sources: ['webhook', 'history'] }]);
    }
  });

  describe('an unread row of the memory', () => {
    test('is the unread read of its lane within two seconds, and no other', async () => {
      const name = 'unread';
      await store.record(live(null, 0, { camera: name }));
      expect(await store.record(history(null, 2, { camera: name }))).toBe('matched');
      expect(await store.record(history(null, 3, { camera: name }))).toBe('created');
      expect(await store.record(history(null, 1, { camera: name, lane: '2' }))).toBe('created');
      expect(await timelineOf(name)).toHaveLength(3);
    });

    test('that came before it is taken into it', async () => {
      const name = 'unread-first';
      await store.record(history(null, 1, { camera: name }));
      await store.record(live(null, 0, { camera: name }));
      expect(await timelineOf(name)).toMatchObject([{ sources: ['stream', 'history'], late: false }]);
    });
  });

  test('a read that is stored as it comes does not look for a twin: the table is asked once', async () => {
    let queries = 0;
    const counting = new Proxy(embedded.client, {
      get: (target, name) =>
        name === 'send'
          ? (command: { constructor: { name: string } }) => {
              if (command.constructor.name === 'QueryCommand') queries += 1;
              return Reflect.apply(target.send, target, [command]);
            }
          : Reflect.get(target, name),
    });
    const watched = detectionStore({ ...embedded, client: counting, clock, log: silentLog });
    const minutes = LATER_MS / SECOND_MS;
    await watched.record(live(newPlate(), minutes - 1));
    expect(queries).toBe(0);
    // Stored late, or received late though the webhook says at once: the memory may have told of them before.
    await watched.record(live(newPlate(), 0));
    await watched.record(live(newPlate(), 0, { receivedAt: isoInstant(clock.now() - SECOND_MS) }));
    expect(queries).toBe(2);
  });
});
