// The cameras of a deployment: as in GATE_CAMERAS, but for the password, of which only the parameter's name may stand here.
import { isIP } from 'node:net';
import * as z from 'zod';
import { CameraSettings } from '../shared/isapi/camera-settings.ts';
import { isReachable } from './reachable-host.ts';

/** What the API merges into one list, and what the alarms of one stack have room for. */
const MAX_CAMERAS = 50;
const ELSEWHERE = 'must not stand here: `npm run set-camera-password` puts it where only bridge and api read it';

const OUT_OF_REACH =
  'is out of reach of AWS: the public address of the gate is wanted, with the ports that are forwarded to the camera';
const NEVER_KNOWN = 'is missing: by its name nobody knows whose a push is, and it does nothing but push';

type Settings = z.output<typeof CameraSettings>;

/** As the functions and the bridge read them from their bundle. */
export type ConfiguredCamera = Omit<Settings, 'password' | 'passwordFile' | 'passwordSecret'> & {
  passwordSecret: string;
};

const Camera = z.unknown().transform((entry, context): Omit<Settings, 'password' | 'passwordFile'> => {
  const refuse = (message: string, path: PropertyKey[]) => context.addIssue({ code: 'custom', message, path });
  const given: Record<string, unknown> = typeof entry === 'object' && entry !== null ? { ...entry } : {};
  for (const setting of ['password', 'passwordFile']) {
    if (!(setting in given)) continue;
    refuse(ELSEWHERE, [setting]);
    delete given[setting];
  }
  const named = typeof given.passwordSecret === 'string';
  // Its name may be left to us, which the camera's own settings do not allow.
  const parsed = CameraSettings.safeParse(named ? given : { ...given, passwordSecret: 'named-later' });
  if (!parsed.success) {
    for (const { code, message, path, ...issue } of parsed.error.issues) {
      const unknown = code === 'unrecognized_keys' && 'keys' in issue ? issue.keys : [];
      refuse(
        unknown.length > 0 ? `has no setting ${unknown.map((key) => JSON.stringify(key)).join(', ')}` : message,
        path,
      );
    }
    return z.NEVER;
  }
  const { password: _, passwordFile: __, passwordSecret, ...camera } = parsed.data;
  if (!isReachable(camera.host)) refuse(OUT_OF_REACH, ['host']);
  if (camera.httpPort === camera.rtspPort) refuse('is the HTTP port already', ['rtspPort']);
  const pushesFrom = camera.pushFrom.length > 0 || camera.pushToken !== undefined || isIP(camera.host) !== 0;
  if (camera.stream === 'off' && !pushesFrom) refuse(NEVER_KNOWN, ['pushFrom']);
  return named ? { ...camera, passwordSecret } : camera;
});

export const Cameras = z
  .array(Camera, 'must be a list of cameras')
  .min(1, 'must name at least one camera')
  .max(MAX_CAMERAS, `must name at most ${MAX_CAMERAS} cameras; more are a second deployment`);

/** Where a camera's password is kept unless its settings name another parameter. */
export function passwordParameter(deployment: string, camera: string): string {
  return `/${deployment}/cameras/${camera}/password`;
}
