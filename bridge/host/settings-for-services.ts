// What a file of settings may say and the services of `units/` cannot do, or would do without a word: looked at where they are
// set up, before anything changes.
import type { Camera, Environment } from '../../shared/isapi/cameras.ts';
import { nearestName } from './nearest-name.ts';

/** As in `units/process.conf`, whose setting a file's would override. */
const STATE_FOLDER = '/var/lib/gate-camera';
/** ProtectHome and PrivateTmp: there the services see nothing, or another folder of the same name. */
const UNSEEN = /^\/(home|root|run\/user|tmp|var\/tmp)(\/|$)/;
/** Read by the doctor and by the door's watch; those of bridge and media process are found by asking them. */
const READ_BY_OTHERS = ['GATE_API_URL', 'GATE_LIVE_URL', 'GATE_DOOR_NAME'];

export type SettingsForServices = {
  env: Environment;
  cameras: readonly Camera[];
  /** Whether the services' user can read the file at `path`. */
  canRead: (path: string) => boolean;
};

/** A sentence for each mistake, without a value that may be secret. */
export function unfitForServices({ env, cameras, canRead }: SettingsForServices): string[] {
  const files = cameras.flatMap(({ password }) => (password.kind === 'file' ? [password.path] : []));
  return [
    ...(env.GATE_STATE_FOLDER && env.GATE_STATE_FOLDER !== STATE_FOLDER
      ? [`GATE_STATE_FOLDER must be ${STATE_FOLDER} or left out: the services write to no other folder`]
      : []),
    ...(env.NODE_OPTIONS ? ['NODE_OPTIONS must be left out: the services are run as they were tested'] : []),
    ...files.flatMap((path) => passwordFileMistakes(path, canRead)),
  ];
}

function passwordFileMistakes(path: string, canRead: SettingsForServices['canRead']): string[] {
  if (UNSEEN.test(path)) {
    return [`the password file ${path} cannot be seen by the services; put it into /etc/gate-camera`];
  }
  return canRead(path)
    ? []
    : [`the password file ${path} is not there, or the user gate-camera cannot read it: chgrp gate-camera, chmod 640`];
}

/** Names of ours that nothing reads, each with the nearest that something does. */
export function unknownSettings(
  names: readonly string[],
  readers: readonly ((env: Environment) => unknown)[],
): string[] {
  const known = [...new Set([...readers.flatMap(namesReadBy), ...READ_BY_OTHERS])];
  return names
    .filter((name) => name.startsWith('GATE_') && !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      return `${name} is read by none of the services${nearest === null ? '' : `; is ${nearest} meant?`}`;
    });
}

/** By looking on: a list of our own would forget the next setting. */
function namesReadBy(read: (env: Environment) => unknown): string[] {
  const names: string[] = [];
  const nothing: Environment = new Proxy(
    {},
    {
      get: (_, name) => {
        names.push(String(name));
      },
    },
  );
  try {
    read(nothing);
  } catch {
    // Without any setting it cannot do otherwise.
  }
  return names;
}
