// The doctor as a person runs it: a process of its own, beside a whole gate and alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DoctorDocument, DoctorDocumentSchema } from '../../bridge/doctor/doctor-document.ts';
import type { CheckName } from '../../bridge/doctor/finding.ts';
import { openPractice, type Practice } from '../../bridge/doctor/visit.fixture.ts';
import type { Environment } from '../../shared/isapi/cameras.ts';
import { TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../bridge/doctor/main.ts', import.meta.url));
const WRONG = 'not-the-Password-1';
const PLATE = '01A777AA';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-doctor-journey-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Run = { code: number | null; out: string; aside: string };

/** `onOut` hears of the first findings while more are to come. */
type Watching = { onOut?: (child: ReturnType<typeof spawn>) => void };

/** Ends by itself; nothing of this process's settings goes along. */
async function doctor(args: string[], environment: Environment = {}, { onOut }: Watching = {}): Promise<Run> {
  const env = {
    PATH: process.env.PATH,
    GATE_STATE_FOLDER: join(folder, 'state'),
    GATE_STATE_PORT: '0',
    ...environment,
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  if (onOut) child.stdout.once('data', () => onOut(child));
  const [out, aside] = await Promise.all([child.stdout, child.stderr].map(textOf));
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, out: out ?? '', aside: aside ?? '' };
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  // One that the test itself has closed has said what it has said.
  await pipeline(
    stream,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    }),
  ).catch(() => {});
  return Buffer.concat(chunks).toString();
}

const documentIn = ({ out }: Run): DoctorDocument => DoctorDocumentSchema.parse(JSON.parse(out));
const findingOf = ({ findings }: DoctorDocument, name: CheckName) => findings.find(({ check }) => check === name);

describe('a doctor without a configuration', () => {
  test('says so in one document, and ends with 2', async () => {
    const run = await doctor(['--json']);
    expect(run.code).toBe(2);
    expect(documentIn(run)).toMatchObject({ status: 'unconfigured', first: { check: 'configuration' } });
  });
});

test('a doctor whose document finds no room does not end as well', async () => {
  const full = await open('/dev/full', 'w');
  try {
    const child = spawn(process.execPath, [MAIN, '--json', '--help'], { stdio: ['ignore', full.fd, 'pipe'] });
    const [aside] = await Promise.all([child.stderr ? textOf(child.stderr) : '', once(child, 'exit')]);
    expect([child.exitCode, aside]).toEqual([1, 'could not write the standard output: ENOSPC\n']);
  } finally {
    await full.close();
  }
});

test('a doctor that is interrupted while it starts says so in its one document', async () => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name.endsWith('/run-doctor.ts')) process.kill(process.pid, 'SIGINT');
      return next(name, context);
    } });`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
  const NOWHERE = { GATE_CAMERA_IP: '192.0.2.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-Pass1' };
  const run = await doctor(['--json'], { ...NOWHERE, NODE_OPTIONS });
  expect([run.code, documentIn(run).status]).toEqual([130, 'interrupted']);
});

describe('a doctor at a camera', () => {
  let practice: Practice;
  beforeAll(async () => {
    practice = await openPractice();
  });
  afterAll(() => practice.close());

  test('that is interrupted ends the check under way and tries no other, says so, and ends with 130', async () => {
    const run = await doctor(['--watch', '1'], practice.environment, { onOut: (child) => child.kill('SIGINT') });
    expect(run.code).toBe(130);
    expect(run.aside).toContain('interrupted: what was not tried is not known to be well');
    expect(run.out).toMatch(/skipped +alarms +stopped before it/);
    expect(practice.camera.logins.bad).toBe(0);
  });

  test('whose reader has read enough, as head does, looks on and ends quietly', async () => {
    const run = await doctor(['--watch', '0'], practice.environment, { onOut: (child) => child.stdout?.destroy() });
    // The machine of the test has no MediaMTX, which is a warning.
    expect(run.code).toBe(0);
    // On a loaded machine a check may take a moment, and says so.
    expect(run.aside.replace(/^ +… \S+ (of \S+ )?takes a moment\n/gm, '')).toBe('');
    // Sixteen checks later it has asked the camera for all that a camera is asked.
    expect(practice.camera.video.requests.length).toBeGreaterThan(0);
  });
});

describe('a doctor beside a gate', () => {
  let gate: Gate;
  let settings: Record<string, string>;
  beforeAll(async () => {
    gate = await openGate({ camera: { heartbeatMs: 500 } });
    await gate.connected();
    await gate.camera.drive({ plate: PLATE });
    await until(
      'the truck',
      () => gate.reads(),
      (reads) => (reads[0]?.pictures.length ?? 0) > 0,
    );
    settings = {
      GATE_CAMERA_IP: gate.camera.host,
      GATE_CAMERA_PORT: String(gate.camera.port),
      GATE_CAMERA_RTSP_PORT: String(gate.camera.rtspPort),
      GATE_CAMERA_USER: gate.camera.user,
      GATE_CAMERA_PASS: gate.camera.password,
      GATE_STATE_FOLDER: join(gate.folder, 'bridge'),
      GATE_STATE_PORT: String(gate.system.bridge().statePort),
      GATE_TABLE: TABLE_NAME,
      GATE_API_URL: gate.system.url,
      AWS_ENDPOINT_URL_DYNAMODB: gate.system.table.endpoint,
      AWS_REGION: LOCAL_AWS.region,
      AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    };
  });
  afterAll(() => gate.close());

  test('takes the bridge’s word for the stream, finds its reads, and sends one through the webhook and finds it too', async () => {
    const run = await doctor(['--json', '--send-test-read', '--watch', '0'], settings);
    const document = documentIn(run);
    expect(document.findings.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(run.code).toBe(0);
    expect(findingOf(document, 'stream')).toMatchObject({ status: 'ok', seen: expect.stringContaining('the bridge') });
    expect(findingOf(document, 'pictures')).toMatchObject({ status: 'ok' });
    expect(findingOf(document, 'api')).toMatchObject({ status: 'ok' });
    expect(findingOf(document, 'webhook')).toMatchObject({ status: 'ok' });
    expect(findingOf(document, 'test-read')).toMatchObject({ status: 'ok' });
    expect(gate.camera.logins.bad).toBe(0);
    expect((await gate.state()).camera).toMatchObject({ status: 'connected', connects: 1 });
    const [newest] = await gate.reads('&plate=DOCTORTEST');
    expect(newest).toMatchObject({ late: true });
  });

  test('leaves a bundle without password, key, plate or address', async () => {
    const log = join(folder, 'bridge.log');
    await writeFile(
      log,
      `${JSON.stringify({ event: 'x.said', note: `01 A 777 AA, ${PLATE} with ${gate.camera.password}` })}\n`,
    );
    const file = join(folder, 'bundle.json');
    const run = await doctor(['--bundle', file, '--logs', log, '--watch', '0'], settings);
    expect(run.code).toBe(0);
    const text = await readFile(file, 'utf8');
    for (const secret of [
      gate.camera.password,
      gate.camera.host,
      PLATE,
      '01 A 777',
      LOCAL_AWS.credentials.secretAccessKey,
    ]) {
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
    }
    expect(JSON.parse(text)).toMatchObject({ doctor: { version: 1 }, log: [{ event: 'x.said' }] });
  });

  test('with a wrong password shuts the guard for all after one login, and its next run sends nothing', async () => {
    const wrong = { ...settings, GATE_CAMERA_PASS: WRONG };
    const first = documentIn(await doctor(['--json'], wrong));
    expect([first.first?.check, gate.camera.logins.bad]).toEqual(['login', 1]);
    const again = await doctor([], wrong);
    expect([again.code, gate.camera.logins.bad]).toEqual([1, 1]);
    expect(again.out).toMatch(/fail +guard +shut since .*no login was sent now\n.*→ sign in/);
    expect(again.out + again.aside).not.toContain(WRONG);
    expect((await gate.state()).camera.status).toBe('connected');
  });
});
