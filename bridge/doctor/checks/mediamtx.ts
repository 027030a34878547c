// The media server: the media process's word about it, else what is on this machine.
import { join } from 'node:path';
import type { CameraId } from '../../../shared/detection/detection.ts';
import type { VideoStates } from '../../../shared/store/video-states.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../../shared/support/errors.ts';
import { type Binary, findBinary } from '../../media/mediamtx/find-binary.ts';
import { mediaApi } from '../../media/mediamtx/media-api.ts';
import { noteOn, versionText } from '../../media/mediamtx/version.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';

/** The media process reports every 30 s. */
const FRESH_MS = 180_000;
export const MEDIAMTX_LIMIT_MS = 25_000;
const START = 'start the media process (systemctl start gate-camera-media); its log says why it does not run';

type MediaMtxDependencies = {
  camera: CameraId;
  binary: string | undefined;
  apiPort: number;
  stateFolder: string;
  path: string | undefined;
  /** Null without a table. */
  states: Pick<VideoStates, 'read'> | null;
  clock: Clock;
};

export async function checkMediaMtx(deps: MediaMtxDependencies): Promise<Outcome> {
  const told = await byReport(deps);
  if (told) return told;
  let found: Binary;
  try {
    found = await findHere(deps);
  } catch (error) {
    const seen = `${reasonOf(error)}; no media process tells of one either`;
    if (error instanceof GateError && error.code === 'not_found') {
      return warn(seen, 'plates need none; live video does: npm run install-mediamtx');
    }
    return fail(seen, 'npm run install-mediamtx fetches one that fits');
  }
  const version = versionText(found.version);
  const note = noteOn(found.version);
  const isRunning = await mediaApi({ baseUrl: `http://127.0.0.1:${deps.apiPort}`, clock: deps.clock })
    .info()
    .then(
      () => true,
      () => false,
    );
  if (!isRunning) return warn(`${version} is here, and does not run on this machine`, START);
  return note ? warn(note, 'take the version that was tried') : ok(`${version} runs`);
}

async function byReport({ states, camera, clock }: MediaMtxDependencies): Promise<Outcome | null> {
  const report = (await states?.read(camera).catch(() => null)) ?? null;
  if (report === null || clock.now() - Date.parse(report.reportedAt) > FRESH_MS) return null;
  const { status, version, reason, restarts } = report.server;
  const seen = `the media process: ${status}${version ? `, ${version}` : ''}${reason ? `, ${reason}` : ''}`;
  if (status !== 'running') return fail(seen, START);
  return restarts === 0 ? ok(seen) : ok(`${seen}, restarted ${restarts} times`);
}

async function findHere({ binary, path, stateFolder }: MediaMtxDependencies): Promise<Binary> {
  return findBinary({ binary, path, installFolder: join(stateFolder, 'media') });
}
