import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broken } from '../../support/errors.ts';
import { Secret } from '../../support/secret.ts';
import { readCameras } from '../cameras.ts';
import { type AccountDependencies, accountSource } from './account.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateTo, minutes, recordingLog } from './gate.test-support.ts';
import { labelPassword } from './password-label.ts';

const cameraThat = useFakeCameras();

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-account-'));
  file = join(folder, 'password');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The account of a camera whose password is in `file`, or where `settings` says. */
function accountOf(settings: Record<string, string> = { GATE_CAMERA_PASS_FILE: file }, over = {}) {
  const log = recordingLog();
  const deps: AccountDependencies = {
    readSecret: () => Promise.reject(new Broken('internal', 'could not read the parameter')),
    labelPassword: (credentials) => labelPassword(folder, credentials),
    ...over,
  };
  const environment = { GATE_CAMERA_IP: '127.0.0.1', GATE_CAMERA_USER: 'admin', ...settings };
  const [camera] = readCameras(environment, () => '');
  if (!camera) throw new Error('one camera was configured');
  return { account: accountSource(camera, { ...deps, log }), log };
}

describe('a password in a file', () => {
  it.each(['Geh3im!s', 'Geh3im!s\n', 'Geh3im!s\r\n', '\ufeffGeh3im!s\r\n'])(
    'is all that the file says but its last line end and an editor’s mark: %j',
    async (text) => {
      await writeFile(file, text);
      expect((await accountOf().account.current()).password.reveal()).toBe('Geh3im!s');
    },
  );

  it('put right is another version', async () => {
    await writeFile(file, 'wrong');
    const { account } = accountOf();
    const { passwordVersion } = await account.current();
    await writeFile(file, 'right\n');
    expect((await account.current()).passwordVersion).toBe(passwordVersion);
    const after = await account.reread();
    expect(after.passwordVersion).not.toBe(passwordVersion);
    expect(after.password.reveal()).toBe('right');
    expect((await account.current()).password.reveal()).toBe('right');
  });

  it('that is gone for a moment stays as it was, and that is said once', async () => {
    await writeFile(file, 'right');
    const { account, log } = accountOf();
    const before = await account.current();
    await rm(file);
    for (let n = 0; n < 3; n += 1) await expect(account.reread()).resolves.toEqual(before);
    expect(log.events.map(({ event }) => event)).toEqual(['guard.password_unread']);
    await writeFile(file, 'next');
    expect((await account.reread()).password.reveal()).toBe('next');
  });

  it.each([undefined, '', 'two\nlines', 'x'.repeat(200)])(
    'that cannot be one is refused without a word of it: %j',
    async (text) => {
      if (text !== undefined) await writeFile(file, text);
      const error = await failure(accountOf().account.current());
      expect(error).toBeInstanceOf(Broken);
      expect(error.message).toContain(file);
      expect(inspect(error)).not.toMatch(/two|xxxx/);
    },
  );
});

describe('a password in a secret store', () => {
  it('is asked for when it is needed, and not again before the guard wants to know', async () => {
    let version = 0;
    const readSecret = async () => {
      version += 1;
      return { secret: new Secret('Geh3im!s'), version: String(version) };
    };
    const { account } = accountOf({ GATE_CAMERA_PASS_SECRET: '/gate/pass' }, { readSecret });
    expect(version).toBe(0);
    await account.current();
    expect((await account.current()).passwordVersion).toBe('1');
    expect((await account.reread()).passwordVersion).toBe('2');
  });

  it('that was never read is an error each time, until it can be', async () => {
    let isThere = false;
    const readSecret = async () => {
      if (!isThere) throw new Broken('internal', 'could not read the parameter');
      return { secret: new Secret('Geh3im!s'), version: '1' };
    };
    const { account } = accountOf({ GATE_CAMERA_PASS_SECRET: '/gate/pass' }, { readSecret });
    expect(await failure(account.current())).toBeInstanceOf(Broken);
    expect(await failure(account.reread())).toBeInstanceOf(Broken);
    isThere = true;
    await expect(account.current()).resolves.toMatchObject({ passwordVersion: '1' });
  });
});

describe('a guard that is shut', () => {
  it('opens by itself when the password was put right, and tries the old one no more', async () => {
    const camera = await cameraThat({ password: 'right' });
    await writeFile(file, 'wrong');
    const { get, clock, guard } = gateTo(camera, { account: accountOf().account });
    await failure(get());
    await failure(get());
    await writeFile(file, 'right');
    clock.advance(3_001);
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect(camera.seen).toEqual(['-', 'bad', '-', 'A']);
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
  });

  it('looks every three seconds at most, however many ask', async () => {
    const camera = await cameraThat({ password: 'right' });
    let reads = 0;
    const readSecret = async () => {
      reads += 1;
      return { secret: new Secret('wrong'), version: '1' };
    };
    const { account } = accountOf({ GATE_CAMERA_PASS_SECRET: '/gate/pass' }, { readSecret });
    const { get, clock } = gateTo(camera, { account });
    for (let n = 0; n < 10; n += 1) await failure(get());
    expect(reads).toBe(2);
    clock.advance(minutes(1));
    for (let n = 0; n < 10; n += 1) await failure(get());
    expect(reads).toBe(3);
    expect(camera.badLogins).toBe(1);
  });

  it("an operator's word is about the password as it is now", async () => {
    const camera = await cameraThat({ password: 'other' });
    await writeFile(file, 'wrong');
    const { get, guard } = gateTo(camera, { account: accountOf().account });
    await failure(get());
    await writeFile(file, 'right');
    camera.settings.password = 'right';
    await guard.rearm('aziza');
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect(camera.badLogins).toBe(1);
  });

  it("an operator's word changes nothing while it is open", async () => {
    const camera = await cameraThat({});
    const { get, guard, ledger, camera: gate } = gateTo(camera);
    await get();
    const before = await ledger.read(gate.id);
    await guard.rearm('aziza');
    await guard.rearm('aziza');
    await expect(ledger.read(gate.id)).resolves.toEqual(before);
  });
});
