// What a broken or hostile camera sends costs at most its own part: the trucks before and after it are stored whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passageAlert } from '../camera/alerts/passage-alert.ts';
import type { LedgerEntry } from '../camera/passage.ts';
import { push } from '../camera/push/push.ts';
import { EVENT_FAULTS, type EventFault, HIDDEN_PLATE } from '../camera/stream/event-faults.ts';
import { FRAMINGS, type FramingName, frame, framingOf, type Part } from '../camera/stream/framing.ts';
import { JUNK, type JunkName } from '../camera/stream/junk.ts';
import { expectedRead, haveTwoPictures, whatWasTold } from './expected-read.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const HEARTBEAT_MS = 300;
const DEAD_AFTER_SECONDS = '2';

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({
    camera: { heartbeatMs: HEARTBEAT_MS },
    environment: {
      GATE_STREAM_DEAD_AFTER_SECONDS: DEAD_AFTER_SECONDS,
      GATE_WEBHOOK_HOST: '127.0.0.1',
      GATE_WEBHOOK_PORT: '0',
    },
  });
  await gate.connected();
});
afterAll(() => gate.close());

const plateOf = (n: number) => `01${String(n).padStart(3, '0')}AAA`;
let passed = 0;

/** A truck that nothing is wrong with. */
function goodTruck(): Promise<LedgerEntry> {
  passed += 1;
  return gate.camera.drive({ plate: plateOf(passed) });
}

async function expectWhole(trucks: readonly LedgerEntry[]): Promise<void> {
  for (const truck of trucks) {
    const byPlate = () => gate.reads(`&plate=${truck.passage.plate}`);
    const reads = await until('a truck with its pictures', byPlate, (all) => all.length > 0 && haveTwoPictures(all));
    expect(reads.map(whatWasTold)).toEqual([expectedRead(truck)]);
  }
}

/** Each kind of fault that the bridge has counted since `before`, and how often. */
async function faultsSince(before: Record<string, number>): Promise<Record<string, number>> {
  const { faults } = (await gate.state()).camera;
  const more = Object.entries(faults).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

/** Resolves with the faults counted on the way. */
async function betweenGoodTrucks(bad: () => unknown): Promise<Record<string, number>> {
  const { faults: before } = (await gate.state()).camera;
  const trucks = [await goodTruck()];
  await bad();
  gate.camera.setFaults({});
  gate.camera.setFraming('counted-crlf');
  trucks.push(await goodTruck());
  await expectWhole(trucks);
  return faultsSince(before);
}

/** A truck that is told of in a damaged event. */
function damagedTruck(event: EventFault) {
  passed += 1;
  gate.camera.setFaults({ event });
  return gate.camera.drive({ plate: plateOf(passed) });
}

describe('on the stream, between two good trucks', () => {
  test.each<[string, JunkName, Record<string, number>]>([
    ['a part of 20 MB', 'huge-part', { part_too_large: 1 }],
    ['ten thousand tiny parts', 'tiny-parts', { part_unknown: 10_000 }],
    ['an event nested five thousand deep', 'deep-nesting', { event_malformed: 1 }],
    ['an event of entities', 'entity-bomb', { event_malformed: 1 }],
    ['binary noise', 'binary-noise', { junk_between_parts: 1 }],
    ['a part header of 200 kB', 'huge-part-header', { part_headers_too_large: 1 }],
    ['a part that says it has no end, and breaks off', 'endless-part', { part_unknown: 1 }],
    ['a picture that nobody announced', 'unannounced-picture', { picture_without_event: 1 }],
    ['another response head', 'second-response-head', { junk_between_parts: 1 }],
  ])('%s costs nothing else', async (_name, junk, faults) => {
    expect(await betweenGoodTrucks(() => gate.camera.inject(junk))).toEqual(faults);
  });

  test.each<[string, EventFault, Record<string, number>]>([
    ['an event with a DOCTYPE', 'doctype', { event_malformed: 1, picture_without_event: 2 }],
    ['an event that is cut short', 'truncated-xml', { event_malformed: 1, picture_without_event: 2 }],
    ['a picture that is cut short', 'truncated-picture-then-next-part', { part_truncated: 1 }],
    ['an event whose pictures never come', 'pictures-never-come', {}],
  ])('%s costs only itself', async (_name, event, faults) => {
    expect(await betweenGoodTrucks(() => damagedTruck(event))).toEqual(faults);
  });

  test.each<[FramingName, string[]]>([
    ['alert-length-short', ['part_length_wrong']],
    ['alert-length-long', ['part_length_wrong']],
    ['picture-length-short', ['part_length_wrong']],
    ['picture-length-long', ['part_length_wrong']],
    ['no-length', []],
    ['small-writes', []],
    ['slow-drip', []],
  ])('a truck in parts of %s is whole as well', async (framing, kinds) => {
    const faults = await betweenGoodTrucks(async () => {
      gate.camera.setFraming(framing);
      await expectWhole([await goodTruck()]);
    });
    expect(Object.keys(faults)).toEqual(kinds);
  });

  test('an event hidden in the bytes of a picture is part of that picture, and never passed', async () => {
    expect(await betweenGoodTrucks(() => damagedTruck('event-inside-picture'))).toEqual({});
    expect((await gate.reads()).map(({ plate }) => plate)).not.toContain(HIDDEN_PLATE);
  });

  test('none of it says more than one line of its kind in the log', async () => {
    const kinds = Object.keys((await gate.state()).camera.faults);
    const said = await until(
      'every kind in the log',
      () => gate.logged('camera.part.refused').map(({ fault }) => String(fault)),
      (faults) => kinds.every((kind) => faults.includes(kind)),
    );
    expect(said.toSorted()).toEqual(kinds.toSorted());
  });
});

describe('when the stream ends in the middle of a picture', () => {
  test.each<[string, EventFault, RegExp]>([
    ['by silence', 'truncated-picture-then-silence', /no byte for 2 s/],
    ['by a FIN', 'truncated-picture-then-fin', /closed the stream/],
    ['by a RST', 'truncated-picture-then-rst', /stream broke/],
  ])('%s, the plate is stored, the half picture is not, and the bridge comes back', async (_how, event, reason) => {
    await gate.restartBridge();
    await gate.connected();
    const trucks = [await goodTruck()];
    const { uuid } = await damagedTruck(event);
    gate.camera.setFaults({});
    await until('the end of the stream', gate.state, ({ camera }) => reason.test(camera.reason ?? ''));
    await until('another stream', gate.state, ({ camera }) => camera.connects === 2);
    await gate.connected();
    trucks.push(await goodTruck());
    await expectWhole(trucks);
    const reads = await until('the plate', gate.reads, (all) => all.some((read) => read.uuid === uuid));
    expect(reads.find((read) => read.uuid === uuid)?.pictures.map(({ kind }) => kind)).toEqual(['plate']);
    expect(await faultsSince({})).toEqual({ part_truncated: 1 });
    expect(gate.logged('camera.part.refused')).toHaveLength(1);
  });
});

describe.each(['the API', 'the bridge on the LAN'])('pushed to the webhook of %s', (road) => {
  const url = () => {
    const bridge = `http://127.0.0.1:${gate.system.bridge().webhookPort}`;
    return new URL('/api/gate/anpr-event/', road === 'the API' ? gate.system.url : bridge);
  };
  const contentType = 'multipart/form-data; boundary=boundary';
  const usual = framingOf('counted-crlf');

  /** The parts of a truck that has not passed. */
  async function truckParts(): Promise<Part[]> {
    const [entry] = gate.camera.ledger;
    if (!entry) throw new Error('no truck has passed');
    const head = { namespace: 'hikvision-ver20', port: 80, activePostCount: 1 } as const;
    const alert = passageAlert({ entry, head, zoneMinutes: 300, firmware: 'v5.7', replay: 'live' });
    return [{ alert }, ...entry.pictures.map((picture) => ({ picture }))];
  }

  async function expectTaken(body: Buffer): Promise<void> {
    const answer = await push(url(), { contentType, body });
    expect(answer).toEqual({ status: body.length > 4 * 1024 * 1024 ? 413 : 200 });
  }

  test.each(Object.keys(JUNK) as JunkName[])('%s is answered with 200, or 413 where it is too much', (junk) =>
    expectTaken(JUNK[junk](usual)),
  );

  test.each(Object.keys(EVENT_FAULTS) as EventFault[])('an event damaged by %s is answered with 200', async (fault) =>
    expectTaken(EVENT_FAULTS[fault](await truckParts(), usual).bytes),
  );

  test.each(Object.keys(FRAMINGS) as FramingName[])('an event framed as %s is answered with 200', async (name) =>
    expectTaken(frame(await truckParts(), framingOf(name))),
  );

  test('leaves the webhook as it was: the next truck is stored whole', async () => {
    gate.camera.setPush(url().href);
    await expectWhole([await goodTruck()]);
    gate.camera.setPush(null);
  });
});
