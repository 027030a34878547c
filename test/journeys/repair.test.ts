// What passes while the bridge is off, or where its stream tells of no plates, is the camera's to remember and ours to ask
// for. Trucks of the past hour: the camera's own clock stands there while they pass.
import { afterEach, describe, expect, test } from 'vitest';
import { CameraAnswer } from '../../functions/api/camera-answer.ts';
import type { DetectionAnswer } from '../../functions/api/schemas.ts';
import { PLATES_PATH } from '../../shared/isapi/plates/ask-plates.ts';
import type { CameraOptions } from '../camera/camera-options.ts';
import { isUnread, type LedgerEntry } from '../camera/passage.ts';
import { traffic } from '../camera/traffic.ts';
import { sha256 } from './expected-read.ts';
import { type Gate, type GateOptions, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const MINUTE_MS = 60_000;
const TRUCKS = 60;
const SEED = 61;
/** The camera's clock against ours. */
const camera = { behindMs: 0, now: () => Date.now() - camera.behindMs };
const vehicles = traffic(SEED);

let gate: Gate;
afterEach(() => gate.close());

async function open(options: GateOptions = {}): Promise<void> {
  camera.behindMs = 0;
  const seen: CameraOptions = { clock: camera, cameraClock: { dateTime: 'milliseconds' }, pictures: { drawn: 'once' } };
  gate = await openGate({ ...options, camera: { ...seen, ...options.camera } });
}

/** An hour of traffic, a truck a minute, the last one three minutes ago. */
async function anHourPasses(): Promise<LedgerEntry[]> {
  const before = gate.camera.ledger.length;
  for (let n = 0; n < TRUCKS; n += 1) {
    camera.behindMs = (TRUCKS + 3 - n) * MINUTE_MS;
    await gate.camera.drive(vehicles.next().value);
  }
  camera.behindMs = 0;
  return gate.camera.ledger.slice(before);
}

const recoveredAs = ({ passage, capturedAt }: LedgerEntry) => ({
  plate: isUnread(passage) ? null : passage.plate,
  capturedAt: new Date(capturedAt).toISOString(),
  late: true,
  sources: ['history'],
  lane: passage.lane,
  direction: passage.direction,
});
const asRecovered = ({ plate, capturedAt, late, sources, lane, direction }: DetectionAnswer) => {
  return { plate, capturedAt, late, sources, lane, direction };
};
/** Cheaper to ask for than the rows, and soon before them. */
const allRecovered = (reads: number) =>
  until(`${reads} reads that are recovered and sent`, gate.state, ({ camera: { memory }, outbox }) => {
    return memory.recovered >= reads && outbox.reads === 0;
  });
const platesAsked = () =>
  gate.camera.requests.filter(({ url, status }) => url === PLATES_PATH && status === 200).length;

describe('a bridge that was off for an hour of traffic', () => {
  test('has all of it within a minute of its return: each once, late, with its picture, in few questions', async () => {
    await open();
    await gate.connected();
    const { passage } = await gate.camera.drive({ plate: '01LIVE01' });
    await until('the live read', gate.reads, ([read]) => read?.pictures.length === 2);
    await gate.system.bridge().stop();
    const missed = await anHourPasses();
    const asked = platesAsked();
    const began = performance.now();
    await gate.system.startBridge();
    await allRecovered(TRUCKS);
    const reads = await until('all trucks', gate.reads, (all) => all.length === TRUCKS + 1);
    expect(performance.now() - began).toBeLessThan(60_000);
    const [live, ...recovered] = reads;
    expect(live).toMatchObject({ plate: passage.plate, late: false, sources: ['stream'] });
    expect(recovered.map(asRecovered)).toEqual(missed.map(recoveredAs).toReversed());
    // Two pages of fifty rows, one behind the live truck, whose name is later than those of the hour, and the last.
    expect(platesAsked() - asked).toBe(4);
    expect((await gate.state()).camera.memory).toMatchObject({ recovered: TRUCKS, gaps: [], lastError: null });
    const pictured = await until('a picture', gate.reads, (all) =>
      all.some(({ late, pictures }) => late && pictures[0]),
    );
    const [read] = pictured.filter(({ late, pictures }) => late && pictures.length > 0);
    const entry = missed.find(({ capturedAt }) => new Date(capturedAt).toISOString() === read?.capturedAt);
    expect(read?.pictures).toMatchObject([
      { kind: 'plate', sha256: sha256(entry?.pictures[0]?.bytes ?? Buffer.alloc(0)) },
    ]);
  });

  test('whose camera remembers only fifty plates has those, and tells of the ten that nobody has', async () => {
    await open({ camera: { plates: { memory: 50 } }, environment: { GATE_REPAIR_EVERY_SECONDS: '1' } });
    await gate.connected();
    camera.behindMs = (TRUCKS + 10) * MINUTE_MS;
    await gate.camera.drive({ plate: '01LIVE01' });
    camera.behindMs = 0;
    await until('the live read', gate.reads, ({ length }) => length === 1);
    const { sweeps } = (await gate.state()).camera.memory;
    await until('its place in the memory', gate.state, ({ camera: { memory } }) => memory.sweeps >= sweeps + 2);
    await gate.system.bridge().stop();
    await anHourPasses();
    await gate.system.startBridge();
    await allRecovered(50);
    await until('the fifty', gate.reads, ({ length }) => length === 51);
    const { gaps } = (await gate.state()).camera.memory;
    expect(gaps).toMatchObject([{ why: 'rolled_over' }]);
    expect(gaps[0]?.estimate).toBeGreaterThanOrEqual(10);
    expect(gate.logged('repair.gap')).toHaveLength(1);
  });
});

describe('a camera that only pushes', () => {
  test('is repaired by its memory: a truck whose push came is one row, one whose push was lost is there too', async () => {
    await open({ environment: { GATE_STREAM: 'off', GATE_REPAIR_EVERY_SECONDS: '1' } });
    const passed = await anHourPasses();
    gate.camera.setPush(`${gate.system.url}/api/gate/anpr-event/`);
    for (const entry of passed.slice(0, 10)) await gate.camera.report(entry, 'live');
    const reads = await until('all trucks', gate.reads, (all) => {
      const both = all.filter(({ sources }) => sources.length === 2);
      return (
        all.length >= TRUCKS && both.length >= passed.slice(0, 10).filter(({ passage }) => !isUnread(passage)).length
      );
    });
    expect(reads.map(({ capturedAt }) => capturedAt)).toEqual(
      passed.map(({ capturedAt }) => new Date(capturedAt).toISOString()).toReversed(),
    );
  });
});

describe('a camera with firmware that sends no plates', () => {
  test('has each plate within two seconds of its vehicle, and it is no replay', async () => {
    await open({ camera: { firmware: 'v5.4.5' } });
    await gate.connected();
    for (const plate of ['01OLD111', '01OLD222', '01OLD333']) {
      const began = performance.now();
      await gate.camera.drive({ plate });
      const [read] = await until(
        `the read of ${plate}`,
        () => gate.reads(`&plate=${plate}`),
        ({ length }) => length === 1,
      );
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(read).toMatchObject({ late: false, sources: ['history'] });
    }
    const camera = async () => CameraAnswer.parse(await (await gate.get('/api/gate/cameras/gate')).json());
    const noted = await until('the note', camera, ({ firmwareNote }) => firmwareNote !== null);
    expect(noted.firmwareNote).toContain('V5.4.5');
  });
});

describe('a camera', () => {
  test('without a memory is asked once, and the state says so', async () => {
    await open({ camera: { plates: { supported: false } }, environment: { GATE_REPAIR_EVERY_SECONDS: '0.2' } });
    await gate.connected();
    for (let n = 0; n < 3; n += 1) await gate.camera.drive();
    await until('the trucks', gate.reads, (reads) => reads.some(({ pictures }) => pictures.length === 2));
    expect((await gate.state()).camera.memory).toMatchObject({ supported: false, lastError: null });
    expect(
      gate.camera.requests.filter(({ url, authorization }) => url === PLATES_PATH && authorization === 'digest'),
    ).toHaveLength(1);
    expect(gate.logged('repair.not_supported')).toHaveLength(1);
  });

  test('whose password is wrong is asked nothing more, however often its memory is due', async () => {
    await open({ environment: { GATE_REPAIR_EVERY_SECONDS: '0.2' } });
    await gate.connected();
    gate.camera.setPassword('another-Pass2');
    gate.camera.forgetNonces();
    await until('the guard to shut', () => gate.camera.logins.bad > 0);
    const asked = gate.camera.requests.length;
    await until('a sweep that was turned away', gate.state, (state) =>
      /guard is shut/.test(state.camera.memory.lastError ?? ''),
    );
    expect(gate.camera.requests).toHaveLength(asked);
    expect(gate.camera.logins.bad).toBe(1);
  });
});
