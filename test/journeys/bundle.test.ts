// The bundle on a machine where things go wrong: its bridge comes back by itself, loses no read, stores none twice, and
// says what it saw.
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALERT_STREAM_PATH } from '../../bridge/alert-stream/hold-stream.ts';
import { type UnpackedBundle, unpackBundle } from './bundle.fixture.ts';
import { makeBundle } from './host.fixture.ts';
import { until } from './until.ts';

const CLOCK_STEP = fileURLToPath(new URL('clock-step.test-child.ts', import.meta.url));
const HOUR_SECONDS = 3600;
/** Of three connections; a storm would be hundreds. */
const MOST_REQUESTS = 40;
/** Room for the guard and a dozen reads. */
const SMALL_DISK = '64k';
/** Who is not root may mount in a namespace of users of its own. */
const OWN_MOUNTS = ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
const MOUNT = `mount -t tmpfs -o size=${SMALL_DISK} gate "$0"`;

let bundle: Awaited<ReturnType<typeof makeBundle>>;
let gate: UnpackedBundle;
beforeAll(async () => {
  bundle = await makeBundle();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  gate = await unpackBundle(bundle.archive);
});
afterEach(() => gate.close());

const isConnected = () => until('the stream', () => gate.camera().streams === 1);
const losesStream = async () => {
  gate.camera().resetStreams();
  await until('the stream to end', () => gate.camera().streams === 0);
};
const bringsAll = async (plates: readonly string[]) => {
  const seen = await until(`${plates.length} reads`, gate.plates, ({ length }) => length >= plates.length);
  expect(seen.toSorted()).toEqual(plates.toSorted());
};

test('a bridge killed with reads on its disk finds them, says how many, and brings each once', async () => {
  const plates = ['01KILLED', '02KILLED', '03KILLED'];
  const killed = await gate.startBridge();
  await gate.atRest();
  await gate.queues.stop();
  for (const plate of plates) await gate.camera().drive({ plate });
  await until('the reads on disk', gate.state, ({ outbox }) => outbox.reads === plates.length);
  await killed.kill();
  await gate.queues.restart();
  await gate.startBridge();
  expect(await gate.said('outbox.found')).toMatchObject({ level: 'info', reads: plates.length });
  await isConnected();
  await gate.camera().drive({ plate: '04AFTER' });
  await bringsAll([...plates, '04AFTER']);
});

test('a machine that boots without a network waits, says for what, and goes on when it is there', async () => {
  await gate.cutOff();
  await gate.startBridge();
  expect(await gate.said('guard.table_away')).toMatchObject({
    level: 'warn',
    reason: expect.stringContaining('table'),
  });
  expect(await gate.said('camera.request_failed')).toMatchObject({ camera: 'gate' });
  await gate.reconnect();
  await isConnected();
  await gate.camera().drive({ plate: '01BOOTED' });
  await bringsAll(['01BOOTED']);
  await gate.said('guard.table_returned');
  await gate.said('stream.connected');
  expect(gate.camera().logins.bad).toBe(0);
});

describe('a disk without room', () => {
  const canMount = spawnSync(OWN_MOUNTS[0] ?? '', [...OWN_MOUNTS.slice(1), 'sh', '-c', MOUNT, tmpdir()]).status === 0;
  if (!canMount) console.warn('SKIPPED: nothing may be mounted here: no bridge meets a full disk');

  test.skipIf(!canMount && process.env.CI !== 'true')(
    'holds the stream at the read that it cannot keep, and says so; with room again each read is brought once',
    async () => {
      await mkdir(gate.stateFolder);
      await gate.startBridge({}, [...OWN_MOUNTS, 'sh', '-c', `${MOUNT} && exec "$@"`, gate.stateFolder]);
      await isConnected();
      await gate.queues.stop();
      const refusals = () => gate.lines('read.not_yet_safe');
      const plates: string[] = [];
      const drivesOne = async () => {
        plates.push(`${plates.length}DISK`);
        await gate.camera().drive({ plate: plates.at(-1) ?? '' });
        return until('a read that is kept, or cannot be', gate.state, ({ cameras: [camera] }) => {
          return camera?.reads === plates.length || refusals().length > 0;
        });
      };
      let seen = await drivesOne();
      while (seen.cameras[0]?.reads === plates.length) seen = await drivesOne();
      expect(refusals()[0]).toMatchObject({ level: 'error', reason: expect.stringContaining('ENOSPC') });
      expect(seen.cameras).toMatchObject([{ reads: plates.length - 1, status: 'connected' }]);
      expect(seen.outbox.reads).toBe(plates.length - 1);
      await gate.queues.restart();
      await bringsAll(plates);
      await until('the read to be counted', gate.state, ({ cameras: [camera] }) => camera?.reads === plates.length);
      expect(gate.camera().logins.bad).toBe(0);
    },
  );
});

test('a clock that steps an hour on and back is told of, and costs neither a read nor a login too many', async () => {
  const file = join(gate.folder, 'clock-step');
  const bridge = await gate.startBridge({ NODE_OPTIONS: `--import=${CLOCK_STEP}`, GATE_TEST_CLOCK_STEP: file });
  const step = async (seconds: number, told: number) => {
    await writeFile(file, String(seconds * 1000));
    process.kill(bridge.pid, 'SIGUSR2');
    await gate.said('clock.stepped', (line) => line.seconds === told);
  };
  const plates: string[] = [];
  /** One on the stream that lived through the step, one on the next. */
  const twoPass = async () => {
    for (const reset of [true, false]) {
      await isConnected();
      plates.push(`${plates.length}CLOCK`);
      await gate.camera().drive({ plate: plates.at(-1) ?? '' });
      await bringsAll(plates);
      if (reset) await losesStream();
    }
  };
  await isConnected();
  await step(HOUR_SECONDS, HOUR_SECONDS);
  await twoPass();
  await step(0, -HOUR_SECONDS);
  await twoPass();
  const { logins, requests } = gate.camera();
  const opened = requests.filter(({ url, status }) => url === ALERT_STREAM_PATH && status === 200);
  expect(opened).toHaveLength(3);
  expect(requests.length).toBeLessThan(MOST_REQUESTS);
  expect(logins.bad).toBe(0);
  expect(gate.lines('clock.stepped').map(({ seconds }) => seconds)).toEqual([HOUR_SECONDS, -HOUR_SECONDS]);
});
