import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import type { CameraReport } from '../../shared/store/camera-states.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { type BridgeWord, bridgeWord } from './bridge-word.ts';
import { checkStream } from './checks/stream.ts';
import { openPractice } from './visit.fixture.ts';

const gate = CameraIdSchema.parse('gate');
/** Stands still: ages are told to the second. */
const clock = drivenClock();
let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

async function saying(body: unknown): Promise<number> {
  server = createServer((_, response) => response.end(typeof body === 'string' ? body : JSON.stringify(body)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const ago = (ms: number) => isoInstant(clock.now() - ms);
const report = (reportedAt: string): CameraReport => ({
  reportedAt,
  stream: { status: 'silent', since: reportedAt, reason: 'no byte for 30 s' },
  reading: { status: 'unknown', reason: 'no stream' },
  lastHeartbeatAt: null,
  lastReadAt: null,
  readsToday: null,
  clockOffsetMs: null,
  model: null,
  firmware: null,
  firmwareNote: null,
  outbox: { reads: 0, pictures: 0, dropped: 0, bad: 0 },
});

describe('the bridge’s word', () => {
  test('is its state on this machine, of the camera that is asked for', async () => {
    const statePort = await saying({
      cameras: [
        { id: 'yard', status: 'closed' },
        { id: 'gate', status: 'connected', lastHeartbeatAt: ago(1_000), more: 1 },
      ],
    });
    expect(await bridgeWord(gate, { statePort, states: null, clock })).toMatchObject({ status: 'connected' });
  });

  test.each(['no json', {}, { cameras: [{ id: 'gate', status: 'well' }] }])(
    'is nothing where something else answers: %j',
    async (body) => {
      const statePort = await saying(body);
      expect(await bridgeWord(gate, { statePort, states: null, clock })).toBeNull();
    },
  );

  test('is its row in the table, as long as that is fresh', async () => {
    const deps = (reportedAt: string) => ({ statePort: 0, states: { read: async () => report(reportedAt) }, clock });
    expect(await bridgeWord(gate, deps(ago(60_000)))).toMatchObject({ status: 'silent', from: 'its row in the table' });
    expect(await bridgeWord(gate, deps(ago(600_000)))).toBeNull();
  });
});

describe('the stream of a camera with a bridge', () => {
  const word = (over: Partial<BridgeWord> = {}): BridgeWord => ({
    from: 'its state on this machine',
    status: 'connected',
    reason: null,
    lastHeartbeatAt: ago(4_000),
    reading: null,
    ...over,
  });
  const cases: [string, Partial<BridgeWord>, string, RegExp][] = [
    ['beats', {}, 'ok', /last heartbeat 4 s ago/],
    ['has not beaten for long', { lastHeartbeatAt: ago(120_000) }, 'warn', /120 s ago/],
    ['is being opened', { status: 'connecting' }, 'warn', /connecting/],
    ['is refused', { status: 'refused', reason: 'its streams are taken' }, 'fail', /its streams are taken/],
    ['is off', { status: 'off' }, 'fail', /off/],
    ['is not to be held', { status: 'off', reason: 'the bridge is told to hold no stream' }, 'warn', /pushes them/],
    [
      'tells of vehicles without plates',
      { reading: { status: 'reads_missing', reason: null } },
      'fail',
      /without plates/,
    ],
    ['is too quiet', { reading: { status: 'quiet_suspicious', reason: 'three hours' } }, 'warn', /three hours/],
  ];
  test.each(cases)('that %s is never opened by us', async (_name, over, status, seen) => {
    const practice = await openPractice();
    try {
      const [opened] = [...practice.open().cameras.values()];
      if (!opened) throw new Error('one camera was configured');
      const said = word(over);
      const found = await checkStream({ client: opened.client, word: async () => said, isLetIn: true, clock });
      expect(found).toMatchObject({ status, seen: expect.stringMatching(seen) });
      expect(practice.camera.requests).toEqual([]);
    } finally {
      await practice.close();
    }
  });
});
