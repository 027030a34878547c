// `npm run set-camera-password`: puts a camera's password where the bridge and the api read it. It is asked for on the
// terminal, unseen, or read from standard input; never from the command line, whose history and process list keep it.
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { Password } from '../shared/isapi/camera-settings.ts';
import { Broken, Rejected, reasonOf } from '../shared/support/errors.ts';
import { Secret } from '../shared/support/secret.ts';
import type { GateConfig } from './config.ts';
import { passwordKeyAlias } from './parts/password-key-alias.ts';

const WRITE_TIMEOUT_MS = 10_000;

export type SetCameraPassword = {
  config: GateConfig;
  client: Pick<SSMClient, 'send'>;
  /** Resolves with what was typed; asked twice where a person types. */
  ask: (prompt: string) => Promise<string>;
  /** A person may mistype and is asked again; what is piped in is what it is. */
  isTyped: boolean;
};

/**
 * Resolves with the parameter's name and new version.
 * @throws Rejected for an unknown camera or a password that no camera can have; Broken when AWS does not take it
 */
export async function setCameraPassword(
  camera: string | undefined,
  { config, client, ask, isTyped }: SetCameraPassword,
): Promise<{ name: string; version: number }> {
  const name = parameterOf(camera, config);
  const password = await askFor(ask, isTyped);
  const command = new PutParameterCommand({
    Name: name,
    Value: password.reveal(),
    Type: 'SecureString',
    KeyId: passwordKeyAlias(config.name),
    Overwrite: true,
  });
  try {
    const { Version = 0 } = await client.send(command, { abortSignal: AbortSignal.timeout(WRITE_TIMEOUT_MS) });
    return { name, version: Version };
  } catch (cause) {
    // Without `cause`: the request inside it holds the password.
    throw new Broken('internal', `could not store the password in ${name}: ${reasonOf(cause)}`);
  }
}

function parameterOf(id: string | undefined, { cameras }: GateConfig): string {
  const known = cameras.map((camera) => camera.id).join(', ');
  const camera =
    cameras.find((each) => each.id === id) ?? (cameras.length === 1 && id === undefined ? cameras[0] : undefined);
  if (camera) return camera.passwordSecret;
  const which = id === undefined ? 'say which camera' : 'there is no camera of this id';
  throw new Rejected('invalid_request', `could not set the password: ${which}; there are ${known}`);
}

async function askFor(ask: SetCameraPassword['ask'], isTyped: boolean): Promise<Secret> {
  // What editors put before a file that is piped in is no part of it.
  const typed = (await ask('Password of the camera (not shown): ')).replace(/^\ufeff/, '');
  const parsed = Password.safeParse(typed);
  if (!parsed.success) {
    const said = parsed.error.issues.map(({ message }) => message).join(', ');
    throw new Rejected('invalid_request', `could not set the password: it ${said}`);
  }
  if (!isTyped && (await ask('')) !== '')
    throw new Rejected('invalid_request', 'could not set the password: more than one line came');
  if (isTyped && (await ask('Once more: ')) !== typed)
    throw new Rejected('invalid_request', 'could not set the password: the two are not the same');
  return new Secret(parsed.data);
}
