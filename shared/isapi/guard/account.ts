import type { Secret } from '../../support/secret.ts';
import type { Camera } from '../cameras.ts';
import type { Credentials } from '../digest.ts';

export type Account = Credentials & {
  /** Changes with the password: a secret store's own version, or a label (password-label.ts). */
  passwordVersion: string;
};

export type AccountDependencies = {
  /** A secret store's value with its own version (a SecureString parameter's number). */
  readSecret(name: string): Promise<{ secret: Secret; version: string }>;
  /** For passwords without a version of their own; see password-label.ts. */
  labelPassword(credentials: Credentials): Promise<string>;
};

/** The camera's account with the password resolved, as its guard needs it. */
export async function accountOf(camera: Camera, { readSecret, labelPassword }: AccountDependencies): Promise<Account> {
  const { user, password } = camera;
  if (password.kind === 'stored') {
    const { secret, version } = await readSecret(password.name);
    return { user, password: secret, passwordVersion: version };
  }
  const credentials = { user, password: password.secret };
  return { ...credentials, passwordVersion: await labelPassword(credentials) };
}
