// The VM: the bundle alone in an empty directory, and what install.sh makes of a machine.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startCamera } from '../camera/camera.ts';
import { openQueues } from '../local/embedded-queues.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';
import { type StartedProcess, startProcess } from '../local/started-process.ts';
import {
  CREDENTIALS_DIRECTORY,
  has,
  type Machine,
  makeBundle,
  openMachine,
  openRefusingAws,
  SEED_ENV,
  VIDEO_ENV,
  writeIdentity,
} from './host.fixture.ts';
import { until } from './until.ts';

const EX_CONFIG = 78;
/** What `systemd-analyze security` may find, in its own unit; 10 is nothing done at all. */
const MAX_EXPOSURE_TENTHS = 20;
const SERVICES = ['gate-camera-bridge.service', 'gate-camera-media.service'];
/** Beside a TLS proxy that install.sh has set up. */
const DOOR = 'gate-camera-door.service';

let bundle: Awaited<ReturnType<typeof makeBundle>>;
beforeAll(async () => {
  bundle = await makeBundle();
});
afterAll(() => bundle.remove());

describe('the bundle, unpacked into an empty directory', () => {
  let empty: string;
  let bridge: StartedProcess | undefined;
  beforeEach(async () => {
    empty = await mkdtemp(join(tmpdir(), 'gate-empty-'));
    expect(spawnSync('tar', ['-xzf', bundle.archive, '-C', empty]).status).toBe(0);
  });
  afterEach(async () => {
    await bridge?.stop();
    bridge = undefined;
    await rm(empty, { recursive: true, force: true });
  });
  const start = async (env: Record<string, string>) => {
    bridge = await startProcess({
      name: 'bridge',
      main: join(empty, 'bridge.mjs'),
      env: { GATE_STATE_FOLDER: join(empty, 'state'), GATE_STATE_PORT: '0', AWS_REGION: LOCAL_AWS.region, ...env },
      logFile: join(empty, 'bridge.log'),
    });
    return bridge;
  };

  test('reads a plate and hands it to the queue, by Node alone', async () => {
    const camera = await startCamera({ pictures: { drawn: 'small' } });
    onTestFinished(() => camera.close());
    const table = await openTable(join(empty, 'table'));
    onTestFinished(() => table.close());
    const queues = await openQueues();
    onTestFinished(() => queues.close());
    await start({
      GATE_CAMERA_IP: camera.host,
      GATE_CAMERA_PORT: String(camera.port),
      GATE_CAMERA_USER: camera.user,
      GATE_CAMERA_PASS: camera.password,
      GATE_QUEUE_URL: queues.detectionsUrl,
      GATE_TABLE: TABLE_NAME,
      GATE_PICTURES_FOLDER: join(empty, 'pictures'),
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    });
    await until('the stream', () => camera.streams === 1);
    await camera.drive({ plate: '01BUNDLE' });
    const receive = new ReceiveMessageCommand({ QueueUrl: queues.detectionsUrl, WaitTimeSeconds: 1 });
    const isRead = async () =>
      (await queues.client.send(receive)).Messages?.some(({ Body }) => Body?.includes('01BUNDLE'));
    await until('the read in the queue', isRead);
  });

  test('without settings it ends at once and names what is missing', () => {
    const { status, stdout } = spawnSync(process.execPath, ['bridge.mjs'], { cwd: empty, env: {}, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'bridge.failed',
      reason: expect.stringContaining('GATE_CAMERA_IP'),
    });
  });

  test('a check of the settings says what is wrong with them and starts nothing', () => {
    const check = (part: string, env: Record<string, string>) =>
      spawnSync(process.execPath, ['check-config.mjs', part], { cwd: empty, env, encoding: 'utf8' });
    const camera = { GATE_CAMERA_IP: '192.0.2.7', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-Pass1' };
    const rest = {
      GATE_STATE_FOLDER: '/s',
      GATE_QUEUE_URL: 'https://q.example',
      GATE_TABLE: 'gate',
      GATE_PICTURES_BUCKET: 'b',
    };
    expect(check('bridge', { ...camera, ...rest })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const wrong = check('media', { ...camera, ...rest });
    expect(wrong).toMatchObject({ status: EX_CONFIG, stderr: expect.stringContaining('GATE_JWT_ISSUER') });
    expect(wrong.stderr).not.toContain('invented-Pass1');
  });

  test('off AWS it logs in by what the certificate helper gives, as the shipped configuration names it', async () => {
    const aws = await openRefusingAws();
    onTestFinished(() => aws.close());
    await writeIdentity(empty);
    await start({
      GATE_CAMERA_IP: '127.0.0.1',
      GATE_CAMERA_PORT: '9',
      GATE_CAMERA_USER: 'gate',
      GATE_CAMERA_PASS: 'invented-Pass1',
      GATE_QUEUE_URL: `${aws.endpoint}/1/detections`,
      GATE_TABLE: TABLE_NAME,
      GATE_PICTURES_FOLDER: join(empty, 'pictures'),
      AWS_ENDPOINT_URL_DYNAMODB: aws.endpoint,
      AWS_CONFIG_FILE: join(empty, 'aws-config'),
      CREDENTIALS_DIRECTORY,
      // Whoever runs the tests may be somebody to AWS.
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
    });
    await until('a signed request', () =>
      aws.authorizations.some((authorization) => authorization.includes('Credential=AKIAINVENTED/')),
    );
  });
});

describe.skipIf(!has('systemctl'))('install.sh', () => {
  let machine: Machine;
  let settings: string;
  beforeEach(async () => {
    machine = await openMachine(bundle);
    settings = await machine.writeEnv(SEED_ENV + VIDEO_ENV);
  });
  afterEach(() => machine.close());
  const current = () => readlink(join(machine.root, 'opt/gate-camera/current'));
  const isEnabled = (service: string) =>
    spawnSync('systemctl', [`--root=${machine.root}`, 'is-enabled', service], { encoding: 'utf8' }).stdout.trim();

  test('sets a machine up by the seed’s .env, and a second run changes nothing', async () => {
    expect(machine.install(['--env', settings])).toMatchObject({ code: 0, said: expect.stringContaining(bundle.hash) });
    expect(await current()).toBe(`releases/${bundle.hash}`);
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'enabled']);
    expect(machine.install(['--env', settings])).toEqual({ code: 0, said: 'unchanged\n' });
    expect(machine.install([])).toEqual({ code: 0, said: 'unchanged\n' });
  });

  test('keeps the gate’s settings where only root reads them, and the application’s other secrets not at all', async () => {
    machine.install(['--env', settings]);
    const kept = await machine.read('etc/gate-camera/bridge.env');
    expect(kept).toContain("\nGATE_CAMERA_PORT=8080\nGATE_CAMERA_USER=admin\nGATE_CAMERA_PASS='invented@12'\n");
    expect(kept).not.toMatch(/invented-django-secret|postgres/);
    expect((await stat(join(machine.root, 'etc/gate-camera/bridge.env'))).mode & 0o777).toBe(0o600);
  });

  test('keeps values as dotenv reads them, in systemd’s writing', async () => {
    const odd =
      'GATE_CAMERA_HOME_AFTER_SECONDS=60   # a minute\r\n  GATE_PICTURES_BUCKET=a\\b#c\nGATE_STREAM="on" # always\n';
    machine.install(['--env', await machine.writeEnv(SEED_ENV + odd)]);
    const kept = await machine.read('etc/gate-camera/bridge.env');
    expect(kept).toContain('\nGATE_CAMERA_HOME_AFTER_SECONDS=60\nGATE_PICTURES_BUCKET=a\\\\b#c\nGATE_STREAM="on"\n');
  });

  test('refuses settings that the bridge could not start with, and keeps those that work', async () => {
    machine.install(['--env', settings]);
    const before = await machine.read('etc/gate-camera/bridge.env');
    const wrong = await machine.writeEnv(SEED_ENV.replace('PORT=8080', 'PORT=80800'));
    const refused = machine.install(['--env', wrong], await machine.otherRelease('newer'));
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('GATE_CAMERA_PORT must be a port') });
    expect(await machine.read('etc/gate-camera/bridge.env')).toBe(before);
    expect(await current()).toBe(`releases/${bundle.hash}`);
  });

  test('sets plates up where only video lacks a setting, says so, and adds video once it is there', async () => {
    const first = machine.install(['--env', await machine.writeEnv(SEED_ENV)]);
    expect(first).toMatchObject({ code: 0, said: expect.stringMatching(/live video stays off: .*GATE_JWT_ISSUER/) });
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'disabled']);
    machine.install(['--env', await machine.writeEnv(SEED_ENV + VIDEO_ENV)]);
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'enabled']);
  });

  test('updates, rolls back and forth, and keeps no third release', async () => {
    machine.install(['--env', settings]);
    expect(machine.install(['--rollback'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('no release before'),
    });
    machine.install([], await machine.otherRelease('second'));
    expect(await current()).toBe('releases/second');
    machine.install(['--rollback']);
    expect(await current()).toBe(`releases/${bundle.hash}`);
    machine.install(['--rollback']);
    expect(await current()).toBe('releases/second');
    machine.install([], await machine.otherRelease('third'));
    const { stdout } = spawnSync('ls', [join(machine.root, 'opt/gate-camera/releases')], { encoding: 'utf8' });
    expect(stdout).toBe('second\nthird\n');
  });

  test('gives viewers a door by Caddy, and leaves a Caddyfile alone that is somebody else’s', async () => {
    machine.install(['--env', settings, '--domain', 'gate.example.org']);
    expect(await machine.read('etc/caddy/Caddyfile')).toMatch(/^gate\.example\.org \{$/m);
    expect(isEnabled(DOOR)).toBe('enabled');
    expect(await machine.read(`etc/systemd/system/${DOOR}.d/name.conf`)).toContain('GATE_DOOR_NAME=gate.example.org\n');
    expect(machine.install(['--domain', 'gate.example.org'])).toEqual({ code: 0, said: 'unchanged\n' });
    const other = 'shop.example.org {\n\trespond 200\n}\n';
    await writeFile(join(machine.root, 'etc/caddy/Caddyfile'), other);
    const warned = machine.install(['--domain', 'gate.example.org']);
    expect(warned).toMatchObject({ code: 0, said: expect.stringContaining('is in use already') });
    expect(await machine.read('etc/caddy/Caddyfile')).toBe(other);
  });

  test('takes itself off the machine, but neither settings nor reads', async () => {
    machine.install(['--env', settings, '--domain', 'gate.example.org']);
    expect(machine.install(['--uninstall'])).toMatchObject({ code: 0 });
    expect([...SERVICES, DOOR].map(isEnabled)).toEqual(['', '', '']);
    await expect(stat(join(machine.root, 'opt/gate-camera'))).rejects.toThrow('ENOENT');
    expect(await machine.read('etc/gate-camera/bridge.env')).toContain('GATE_CAMERA_IP');
  });

  test('makes services that systemd has nothing to say against', async () => {
    machine.install(['--env', settings, '--domain', 'gate.example.org']);
    await machine.addSystemUnits();
    const services = [...SERVICES, DOOR];
    const analyze = (...args: string[]) => {
      const all = [...args, `--root=${machine.root}`, '--no-pager', ...services];
      const { status, stdout, stderr } = spawnSync('systemd-analyze', all, { encoding: 'utf8' });
      return { code: status, said: stdout + stderr };
    };
    expect(analyze('verify')).toEqual({ code: 0, said: '' });
    const security = analyze('security', '--offline=true', `--threshold=${MAX_EXPOSURE_TENTHS}`);
    expect(security.said.match(/Overall exposure level/g)).toHaveLength(services.length);
    expect(security.code).toBe(0);
  });
});

test.skipIf(!has('shellcheck'))('shellcheck has nothing to say against the scripts', () => {
  const scripts = ['install.sh', 'releases.sh', 'surroundings.sh'];
  const checked = spawnSync('shellcheck', ['-x', ...scripts], { cwd: join(bundle.folder, 'host'), encoding: 'utf8' });
  expect(checked.stdout + checked.stderr).toBe('');
  expect(checked.status).toBe(0);
});
