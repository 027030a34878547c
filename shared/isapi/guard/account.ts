// Whose password the guard watches over, and where the newest one is read.
import { readFile } from 'node:fs/promises';
import { Broken, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { Secret } from '../../support/secret.ts';
import { Password } from '../camera-settings.ts';
import type { Camera } from '../cameras.ts';
import type { Credentials } from '../digest.ts';

export type Account = Credentials & {
  /** Changes with the password: a secret store's own version, or a label (password-label.ts). */
  passwordVersion: string;
};

export interface AccountSource {
  /** The account as it was read last; throws Broken when its password could never be read. */
  current(): Promise<Account>;
  /** Reads the password once more; what cannot be read now is as it was. */
  reread(): Promise<Account>;
}

export type AccountDependencies = {
  /** A secret store's value with its own version (a SecureString parameter's number). */
  readSecret(name: string): Promise<{ secret: Secret; version: string }>;
  /** For passwords without a version of their own; see password-label.ts. */
  labelPassword(credentials: Credentials): Promise<string>;
};

/** Nothing is read before the first request to the camera, so that one missing password stops one camera. */
export function accountSource(camera: Camera, deps: AccountDependencies & { log: Log }): AccountSource {
  let known: Account | null = null;
  let saidUnread = false;

  async function read(): Promise<Account> {
    known = await accountOf(camera, deps);
    saidUnread = false;
    return known;
  }

  return {
    current: async () => known ?? read(),
    async reread() {
      if (known === null || camera.password.kind === 'given') return known ?? read();
      try {
        return await read();
      } catch (error) {
        if (!saidUnread) deps.log.warn('guard.password_unread', { camera: camera.id, reason: reasonOf(error) });
        saidUnread = true;
        return known;
      }
    },
  };
}

/** For an account that cannot change. */
export function fixedAccount(account: Account): AccountSource {
  return { current: async () => account, reread: async () => account };
}

/** The camera's account with the password resolved; throws Broken when it cannot be read. */
export async function accountOf(camera: Camera, { readSecret, labelPassword }: AccountDependencies): Promise<Account> {
  const { user, password } = camera;
  if (password.kind === 'stored') {
    const { secret, version } = await readSecret(password.name);
    return { user, password: secret, passwordVersion: version };
  }
  const secret = password.kind === 'given' ? password.secret : await passwordIn(password.path);
  const credentials = { user, password: secret };
  return { ...credentials, passwordVersion: await labelPassword(credentials) };
}

/** The whole file is the password, but for the line end or the byte-order mark that editors put there. */
async function passwordIn(path: string): Promise<Secret> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Broken('internal', `could not read the password file ${path}`, { cause });
  });
  const parsed = Password.safeParse(text.replace(/^\ufeff/, '').replace(/\r?\n$/, ''));
  if (parsed.success) return new Secret(parsed.data);
  const why = parsed.error.issues.map(({ message }) => message).join(', ');
  throw new Broken('internal', `could not read the password file ${path}: the password ${why}`);
}
