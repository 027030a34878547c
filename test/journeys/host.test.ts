// The VM: the bundle alone in an empty directory, and what install.sh makes of a machine.
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';
import { type StartedProcess, startProcess } from '../local/started-process.ts';
import {
  CREDENTIALS_DIRECTORY,
  has,
  type Machine,
  makeBundle,
  openMachine,
  openRefusingAws,
  type Ran,
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
      GATE_PICTURES_BUCKET: 'pictures',
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
  /** Set up once, with everything; each test has a machine like it. */
  let first: Machine;
  let firstRun: Ran;
  let machine: Machine;
  let settings: string;
  beforeAll(async () => {
    first = await openMachine(bundle);
    firstRun = first.install(['--env', await first.writeEnv(SEED_ENV + VIDEO_ENV), '--domain', 'gate.example.org']);
  });
  afterAll(() => first.close());
  beforeEach(async () => {
    machine = await openMachine(bundle, first);
    settings = await machine.writeEnv(SEED_ENV + VIDEO_ENV);
  });
  afterEach(() => machine.close());
  const current = () => readlink(join(machine.root, 'opt/gate-camera/current'));
  const isEnabled = (service: string) =>
    spawnSync('systemctl', [`--root=${machine.root}`, 'is-enabled', service], { encoding: 'utf8' }).stdout.trim();

  test('sets a machine up by the seed’s .env, and a second run changes nothing', async () => {
    expect(firstRun).toMatchObject({ code: 0, said: expect.stringContaining(bundle.hash) });
    expect(await current()).toBe(`releases/${bundle.hash}`);
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'enabled']);
    expect(machine.install(['--env', settings])).toEqual({ code: 0, said: 'unchanged\n' });
    expect(machine.install([])).toEqual({ code: 0, said: 'unchanged\n' });
  });

  test('keeps the gate’s settings where only root reads them, and the application’s other secrets not at all', async () => {
    const kept = await machine.read('etc/gate-camera/bridge.env');
    expect(kept).toContain('\nGATE_CAMERA_PORT=8080\nGATE_CAMERA_USER=admin\nGATE_CAMERA_PASS=invented@12\n');
    expect(kept).not.toMatch(/invented-django-secret|postgres/);
    expect((await stat(join(machine.root, 'etc/gate-camera/bridge.env'))).mode & 0o777).toBe(0o600);
  });

  test('keeps what it takes from an .env in a writing that systemd reads as the same values', async () => {
    const odd = 'GATE_CAMERA_HOME_AFTER_SECONDS = 60\r\n  GATE_WEBHOOK_HOST=\'a\\b #c\'\nGATE_STREAM="on"\n';
    machine.install(['--env', await machine.writeEnv(SEED_ENV + VIDEO_ENV + odd)]);
    const kept = await machine.read('etc/gate-camera/bridge.env');
    expect(kept).toContain("\nGATE_CAMERA_HOME_AFTER_SECONDS=60\nGATE_WEBHOOK_HOST='a\\b #c'\nGATE_STREAM=on\n");
    expect(machine.install([])).toEqual({ code: 0, said: 'unchanged\n' });
  });

  test('refuses a line that is read in more than one way, in an .env and in the file it keeps, before it changes anything', async () => {
    const open = SEED_ENV.replace("PASS='invented@12'", "PASS='invented@12");
    const number = open.split('\n').findIndex((line) => line.includes('PASS')) + 1;
    const why = new RegExp(`line ${number}: GATE_CAMERA_PASS: its quote is not closed`);
    const refused = machine.install(['--env', await machine.writeEnv(open)]);
    expect(refused).toMatchObject({ code: 1, said: expect.stringMatching(why) });
    expect(refused.said).not.toContain('invented@12');
    expect(machine.install([])).toEqual({ code: 0, said: 'unchanged\n' });
    const kept = join(machine.root, 'etc/gate-camera/bridge.env');
    await appendFile(kept, 'GATE_STREAM=on # always\n');
    expect(machine.install([])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/could not read .*bridge\.env:\nline \d+: GATE_STREAM: systemd takes a comment/),
    });
  });

  test('refuses settings that the bridge could not start with, and keeps those that work', async () => {
    const before = await machine.read('etc/gate-camera/bridge.env');
    const wrong = await machine.writeEnv(SEED_ENV.replace('PORT=8080', 'PORT=80800'));
    const refused = machine.install(['--env', wrong], await machine.otherRelease('newer'));
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('GATE_CAMERA_PORT must be a port') });
    expect(await machine.read('etc/gate-camera/bridge.env')).toBe(before);
    expect(await current()).toBe(`releases/${bundle.hash}`);
  });

  test('refuses what its services could not work by', async () => {
    const others = SEED_ENV.replace(/^GATE_CAMERA_PASS=.*\n/m, '');
    const installed = async (lines: string) => machine.install(['--env', await machine.writeEnv(others + lines)]);
    const unseen = await installed('GATE_STATE_FOLDER=/tmp/elsewhere\nGATE_CAMERA_PASS_FILE=/root/secret\n');
    expect(unseen).toMatchObject({
      code: 1,
      said: expect.stringMatching(/STATE_FOLDER must.*\n.*\/root\/secret cannot/),
    });
    const missing = await installed('GATE_CAMERA_PASS_FILE=/etc/gate-camera/none\n');
    expect(missing).toMatchObject({ code: 1, said: expect.stringContaining('/etc/gate-camera/none is not there') });
  });

  test('leaves options for Node to the application, and does not take them from the file it keeps', async () => {
    const options = 'NODE_OPTIONS=--import=/nowhere.js\n';
    const taken = machine.install(['--env', await machine.writeEnv(SEED_ENV + VIDEO_ENV + options)]);
    expect(taken).toEqual({ code: 0, said: 'unchanged\n' });
    await appendFile(join(machine.root, 'etc/gate-camera/bridge.env'), options);
    const refused = machine.install([]);
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('NODE_OPTIONS must be left out') });
  });

  test('warns of a setting that nothing reads, and names the one that may be meant', async () => {
    const settings = await machine.writeEnv(
      `${SEED_ENV}${VIDEO_ENV}GATE_STREAMM=off\nGATE_API_URL=https://a.example\n`,
    );
    const { code, said } = machine.install(['--env', settings]);
    expect({ code, warnings: said.match(/^warning: .*$/gm) }).toEqual({
      code: 0,
      warnings: ['warning: GATE_STREAMM is read by none of the services; is GATE_STREAM meant?'],
    });
  });

  test('runs plates where only video lacks a setting, says so, and adds video once it is there', async () => {
    const without = machine.install(['--env', await machine.writeEnv(SEED_ENV)]);
    expect(without).toMatchObject({ code: 0, said: expect.stringMatching(/live video stays off: .*GATE_JWT_ISSUER/) });
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'disabled']);
    machine.install(['--env', await machine.writeEnv(SEED_ENV + VIDEO_ENV)]);
    expect(SERVICES.map(isEnabled)).toEqual(['enabled', 'enabled']);
  });

  test('updates, rolls back and forth, and keeps no third release', async () => {
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
    expect(machine.install(['--uninstall'])).toMatchObject({ code: 0 });
    expect([...SERVICES, DOOR].map(isEnabled)).toEqual(['', '', '']);
    await expect(stat(join(machine.root, 'opt/gate-camera'))).rejects.toThrow('ENOENT');
    expect(await machine.read('etc/gate-camera/bridge.env')).toContain('GATE_CAMERA_IP');
  });

  test('makes services that systemd has nothing to say against', async () => {
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
