import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { readConfig } from '../config.ts';
import { BRIDGE_FOLDER, bundleBridge, CAMERAS_FILE, ROOT } from './bundle.ts';

const TIMEOUT_MS = 60_000;
const BOOT = join(ROOT, 'cdk/boot/boot.sh');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-bundle-'));
  const { cameras } = readConfig(readFileSync(join(ROOT, 'cdk/example.config.json'), 'utf8'), 'example');
  bundleBridge(folder, cameras);
}, TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the VM’s bundle is what npm run bundle makes, with its boot script and its cameras beside it', () => {
  expect(readdirSync(folder).sort()).toEqual(['boot.sh', CAMERAS_FILE, BRIDGE_FOLDER].sort());
  const called = /bash "\$bundle\/(\S+)" --env/.exec(readFileSync(BOOT, 'utf8'))?.[1] ?? '';
  expect(called).toBe(`${BRIDGE_FOLDER}/host/install.sh`);
  expect(existsSync(join(folder, called))).toBe(true);
  expect(existsSync(join(folder, BRIDGE_FOLDER, 'bridge.mjs'))).toBe(true);
});

test('the cameras in it are read as the bridge reads them, and no password is among them', () => {
  const [camera] = readCameras({ GATE_CAMERAS: CAMERAS_FILE }, (path) => readFileSync(join(folder, path), 'utf8'));
  expect(camera).toMatchObject({
    id: 'gate',
    httpPort: 8080,
    password: { kind: 'stored', name: '/gate-camera/cameras/gate/password' },
  });
});

test('the boot script is sound shell', () => {
  expect(spawnSync('bash', ['-n', BOOT], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const checked = spawnSync('shellcheck', [BOOT], { encoding: 'utf8' });
  if (checked.error) {
    // As with every missing tool: said aloud here, a failure where it must be there.
    expect(process.env.CI).not.toBe('true');
    console.warn('SKIPPED: shellcheck of boot.sh, since shellcheck is missing');
    return;
  }
  expect(checked.stdout).toBe('');
});

test('the boot script asks for no setting that the user data does not give', () => {
  const script = readFileSync(BOOT, 'utf8');
  const asked = [...script.matchAll(/\$\{?(GATE_[A-Z_]+|AWS_REGION)/g)].map(([, name]) => name);
  const userData = readFileSync(join(ROOT, 'cdk/parts/user-data.ts'), 'utf8');
  const given = [...userData.matchAll(/export ([A-Z_]+)=/g)].map(([, name]) => name);
  expect([...new Set(asked)].sort()).toEqual([...new Set(given)].sort());
});
