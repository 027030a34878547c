import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { CameraAnswer, GuardAnswer } from '../../functions/api/camera-answer.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { GateError } from '../../shared/support/errors.ts';
import { type Bundle, bundle } from '../bench/bundle.ts';
import { startCamera } from '../camera/camera.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';
import { type AskingProcess, startAsking } from './asking-process.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { openGuardedCamera } from './guarded-camera.fixture.ts';
import { until } from './until.ts';

const WRONG = 'not-the-Password-1';
const MENDED_WITHIN_MS = 10_000;
const PROCESSES = 20;
const MINUTE_MS = 60_000;
const BRIDGE_ASKS_EVERY_MS = 5_000;
const gateId = CameraIdSchema.parse('gate');

async function newFolder({ onTestFinished }: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-guard-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a wrong password, with a bridge and twenty calls to the api at a time', () => {
  test('is one bad login in ten minutes and many restarts, two with the later probe, and no more in a day', async (context) => {
    const guarded = await openGuardedCamera({ folder: await newFolder(context), password: WRONG });
    const { camera } = guarded;
    try {
      for (let round = 0; round < 20; round += 1) {
        if (round % 4 === 3) await guarded.restartBridge();
        if (round % 5 === 4) guarded.restartApi();
        const ends = await guarded.callApi(20);
        expect(new Set(ends)).toEqual(new Set(['camera_locked']));
        await guarded.pass(MINUTE_MS / 2, BRIDGE_ASKS_EVERY_MS);
      }
      expect(camera.logins).toMatchObject({ good: 0, bad: 1 });

      await guarded.pass(25 * MINUTE_MS, MINUTE_MS);
      await guarded.callApi(20);
      expect(camera.logins).toMatchObject({ good: 0, bad: 2 });
      for (let round = 0; round < 4; round += 1) {
        await guarded.restartBridge();
        guarded.restartApi();
        await guarded.callApi(20);
        await guarded.pass(6 * 60 * MINUTE_MS, 20 * MINUTE_MS);
      }
      expect(camera.logins).toMatchObject({ good: 0, bad: 2 });
    } finally {
      await guarded.close();
    }
  });
});

describe('a password that is changed at the camera while twenty processes ask it', () => {
  let script: Bundle;
  let processes: AskingProcess[] = [];
  // Bundled, since twenty processes that each read every source file would take longer to start than to ask.
  beforeAll(async () => {
    script = await bundle('../journeys/guard.test-child.ts');
  });
  afterAll(() => script.remove());
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.kill()));
    processes = [];
  });

  const all = (what: string, fits: (heard: readonly string[], n: number) => boolean) =>
    until(
      what,
      () => processes.map(({ heard }) => heard),
      (lists) => lists.every(fits),
    );

  test('is two bad logins at most, in all', async (context) => {
    const folder = await newFolder(context);
    const table = await openTable(join(folder, 'table'));
    const camera = await startCamera();
    const env = {
      GATE_CAMERA_IP: camera.host,
      GATE_CAMERA_PORT: String(camera.port),
      GATE_CAMERA_USER: camera.user,
      GATE_CAMERA_PASS: camera.password,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_REGION: LOCAL_AWS.region,
      AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    };
    const args = [join(folder, 'label'), TABLE_NAME];
    processes = Array.from({ length: PROCESSES }, () => startAsking(script.path, args, env));
    try {
      await all('every process to be up', (heard) => heard.includes('up'));
      await until('as many answers as there are processes', () => camera.logins.good >= PROCESSES);
      expect(camera.logins.bad).toBe(0);
      camera.setPassword('changed-Password-2');
      await all('every process to be refused', (heard) => heard.at(-1) === 'camera_locked');
      const before = processes.map(({ heard }) => heard.length);
      await all('three more refusals each', (heard, n) => heard.length >= Number(before[n]) + 3);
      expect(camera.logins.bad).toBeGreaterThan(0);
      expect(camera.logins.bad).toBeLessThanOrEqual(2);
    } finally {
      await Promise.all(processes.map((each) => each.kill()));
      await camera.close();
      await table.close();
    }
  });
});

/** Asks the camera as any route of the api does; how that ended. */
async function askByApi(gate: Gate): Promise<string> {
  const opened = gate.system.cameras.get(gateId);
  if (!opened) throw new Error('no such camera');
  const question = { method: 'GET', path: '/ISAPI/Security/userCheck', timeoutMs: 5_000, maxBytes: 64 * 1024 } as const;
  return opened.client.request(question).then(
    () => 'ok',
    (error: unknown) => (error instanceof GateError ? error.code : String(error)),
  );
}

async function cameraIn(gate: Gate): Promise<CameraAnswer> {
  const answer = await gate.get('/api/gate/cameras/gate');
  return CameraAnswer.parse(await answer.json());
}

/** Resolves with the time it took until bridge and api are let in again. */
async function mended(gate: Gate): Promise<number> {
  const begun = performance.now();
  await until('a stream', () => gate.camera.streams === 1);
  await until(
    'an answer for the api',
    () => askByApi(gate),
    (end) => end === 'ok',
  );
  return performance.now() - begun;
}

const locked = (gate: Gate) => until('a locked stream', gate.state, ({ camera }) => camera.status === 'locked');

// At the same time as the gate below: what both do most is to wait for their own bridges.
describe.concurrent('a wrong password in a file', () => {
  test('put right there lets bridge and api in within 10 s, without a restart', async (context) => {
    const file = join(await newFolder(context), 'password');
    await writeFile(file, `${WRONG}\n`);
    const gate = await openGate({ environment: { GATE_CAMERA_PASS: undefined, GATE_CAMERA_PASS_FILE: file } });
    try {
      await locked(gate);
      expect(await askByApi(gate)).toBe('camera_locked');
      expect((await cameraIn(gate)).guard).toMatchObject({ status: 'shut', why: 'bad_login', badLogins: 1 });
      await writeFile(file, `${gate.camera.password}\n`);
      expect(await mended(gate)).toBeLessThan(MENDED_WITHIN_MS);
      expect(gate.camera.logins.bad).toBe(1);
      expect((await cameraIn(gate)).guard).toMatchObject({ status: 'open', badLogins: 0 });
    } finally {
      await gate.close();
    }
  });
});

describe.concurrent('a gate whose camera', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate();
    await gate.connected();
  });
  afterAll(() => gate.close());

  const rearm = () => {
    const headers = { Authorization: `Bearer ${gate.system.token}` };
    return fetch(`${gate.system.url}/api/gate/cameras/gate/rearm/`, { method: 'POST', headers });
  };

  test.sequential('was put right works within 10 s of an operator’s word', async () => {
    const right = gate.camera.password;
    gate.camera.setPassword('changed-Password-2');
    gate.camera.cutStreams();
    await locked(gate);
    await until(
      'the api to say so',
      () => cameraIn(gate),
      ({ stream }) => stream.status === 'locked',
    );
    gate.camera.setPassword(right);
    expect(await askByApi(gate)).toBe('camera_locked');
    const answer = await rearm();
    expect(answer.status).toBe(200);
    expect(GuardAnswer.parse(await answer.json())).toMatchObject({ status: 'open' });
    expect(await mended(gate)).toBeLessThan(MENDED_WITHIN_MS);
    expect(gate.camera.logins.bad).toBe(1);
  });

  test.sequential('is asked by nobody but the bridge while the table is away, and by the bridge as its copy allows', async () => {
    await gate.connected();
    await gate.system.table.stop();
    expect(await askByApi(gate)).toBe('camera_busy');
    expect((await rearm()).status).toBe(503);
    expect((await gate.get('/api/gate/cameras')).status).toBe(503);
    gate.camera.cutStreams();
    const { connects } = (await gate.state()).camera;
    await until('another stream', gate.state, ({ camera }) => camera.connects > connects);
    await gate.system.table.restart();
    await until(
      'an answer for the api',
      () => askByApi(gate),
      (end) => end === 'ok',
    );
    expect((await cameraIn(gate)).guard).toMatchObject({ status: 'open', badLogins: 1 });
  });

  test.sequential('refuses the login while the table is away stays shut for all when it is back', async () => {
    await gate.connected();
    await gate.system.table.stop();
    gate.camera.setPassword('changed-Password-3');
    // Not merely cut: a stream that ends again and again is opened again later and later.
    await gate.restartBridge();
    await locked(gate);
    const { bad } = gate.camera.logins;
    await gate.system.table.restart();
    await until(
      'the table to know',
      () => cameraIn(gate),
      ({ guard }) => guard.status === 'shut',
    );
    expect(await askByApi(gate)).toBe('camera_locked');
    expect(gate.camera.logins.bad).toBe(bad);
  });
});
