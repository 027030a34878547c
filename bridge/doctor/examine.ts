// Every check of every camera, in the order of CHECK_NAMES.
import type { CameraId, DetectionId } from '../../shared/detection/detection.ts';
import type { OpenedCamera } from '../../shared/isapi/open-camera.ts';
import { type CameraStates, cameraStates } from '../../shared/store/camera-states.ts';
import { type DetectionStore, detectionStore } from '../../shared/store/detections.ts';
import { type VideoStates, videoStates } from '../../shared/store/video-states.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';
import type { Secret } from '../../shared/support/secret.ts';
import { STREAM_KINDS, streamName } from '../../shared/video/stream-name.ts';
import { QUESTION_LIMIT_MS } from './ask.ts';
import { bridgeWord } from './bridge-word.ts';
import { checkAlarms } from './checks/alarms.ts';
import { checkAnpr } from './checks/anpr.ts';
import { API_LIMIT_MS, checkApi } from './checks/api.ts';
import { checkClock } from './checks/clock.ts';
import { checkFirmware } from './checks/firmware.ts';
import { checkGuard, GUARD_LIMIT_MS } from './checks/guard-state.ts';
import { checkNotificationHosts } from './checks/hosts.ts';
import { checkLive, LIVE_LIMIT_MS } from './checks/live.ts';
import { checkLogin } from './checks/login.ts';
import { checkMediaMtx, MEDIAMTX_LIMIT_MS } from './checks/mediamtx.ts';
import { checkPictures, PICTURES_LIMIT_MS } from './checks/pictures.ts';
import { checkPlatesMemory, PLATES_LIMIT_MS } from './checks/plates-memory.ts';
import { checkPort, REACH_LIMIT_MS } from './checks/reach.ts';
import { checkStream, STREAM_LIMIT_MS } from './checks/stream.ts';
import { checkTestRead, TEST_READ_LIMIT_MS } from './checks/test-read.ts';
import { checkVideo, videoLimitMs } from './checks/video.ts';
import { checkWebhookRoute, WEBHOOK_LIMIT_MS } from './checks/webhook-route.ts';
import type { DoctorConfig } from './config.ts';
import { fail, type Outcome, ok, skipped } from './finding.ts';
import type { OpenedDoctor } from './open-doctor.ts';
import type { Check } from './run-checks.ts';

const API_TIMEOUT_MS = 5_000;

type Examination = {
  config: DoctorConfig;
  opened: OpenedDoctor;
  /** An operator's, for a real offer and for the API. */
  token: Secret | null;
  sendsTestRead: boolean;
  /** Hears each plate that is seen on the way, so that it can be kept out of what is sent away. */
  onPlate?: (plate: string) => void;
  /** The PATH. */
  path: string | undefined;
  /** How long each video stream is played; 0 plays none. */
  watchMs: number;
  /** Of the stream's heartbeat; the camera's own where it is not given. */
  heartbeatWaitMs?: number;
  clock: Clock;
  log: Log;
};

type Rows = {
  states: CameraStates | null;
  videos: VideoStates | null;
  store: DetectionStore | null;
};

export function checksOf(examination: Examination): Check[] {
  const { opened, config, clock, log } = examination;
  const table = opened.table;
  const rows: Rows = {
    states: table && cameraStates(table),
    videos: table && videoStates(table),
    store: table && detectionStore({ ...table, clock, log }),
  };
  const cameras = [...opened.cameras.values()];
  const [first] = cameras;
  return [
    system('configuration', REACH_LIMIT_MS, async () => checkConfiguration(config)),
    ...cameras.flatMap((camera) => cameraChecks(camera, examination, rows)),
    ...(first ? [mediaMtxCheck(first, examination, rows)] : []),
    ...cameras.map((camera) => liveCheck(camera, examination)),
    system('api', API_LIMIT_MS, () => checkApi(config)),
    system('webhook', WEBHOOK_LIMIT_MS, () => checkWebhookRoute(config)),
    ...cameras.map((camera) => testReadCheck(camera, examination, rows)),
    system('alarms', REACH_LIMIT_MS, async () => checkAlarms()),
  ];
}

const system = (check: Check['check'], limitMs: number, run: Check['run']): Check => ({
  check,
  camera: null,
  limitMs,
  run,
});

function checkConfiguration({ cameras, table, stateFolder, complaints }: DoctorConfig): Outcome {
  if (complaints.length > 0)
    return fail(complaints.join('; '), 'mend these settings: the process will not start with them');
  const ids = cameras.map(({ id }) => id).join(', ');
  return ok(
    `${cameras.length === 1 ? 'camera' : 'cameras'} ${ids}, ${table ? `table ${table}` : 'no table'}, state in ${stateFolder}`,
  );
}

function cameraChecks(
  opened: OpenedCamera,
  { config, opened: doctor, clock, ...options }: Examination,
  rows: Rows,
): Check[] {
  const { camera, client } = opened;
  const { host, httpPort, rtspPort } = camera;
  const of = (check: Check['check'], limitMs: number, needs: Check['needs'], run: Check['run']): Check => {
    return { check, camera: camera.id, limitMs, ...(needs && { needs }), run };
  };
  const question = (check: Check['check'], run: Check['run']) => of(check, QUESTION_LIMIT_MS, ['login'], run);
  const word = () => bridgeWord(camera.id, { statePort: config.statePort, states: rows.states, clock });
  const { heartbeatWaitMs, watchMs, onPlate = () => {} } = options;
  return [
    of('http-port', REACH_LIMIT_MS, undefined, () =>
      checkPort({ host, port: httpPort, name: 'HTTP', setting: 'GATE_CAMERA_PORT' }, clock),
    ),
    of('rtsp-port', REACH_LIMIT_MS, undefined, () =>
      checkPort({ host, port: rtspPort, name: 'RTSP', setting: 'GATE_CAMERA_RTSP_PORT' }, clock),
    ),
    of('guard', GUARD_LIMIT_MS, undefined, () => checkGuard(opened, { ...doctor, clock })),
    of('login', 2 * QUESTION_LIMIT_MS, ['http-port', 'guard'], () => checkLogin(opened, doctor)),
    question('firmware', () => checkFirmware(client)),
    question('clock', () => checkClock(opened, clock)),
    question('anpr', () => checkAnpr(client)),
    question('notification-hosts', () => checkNotificationHosts(client)),
    of('stream', STREAM_LIMIT_MS, undefined, (passed) =>
      checkStream({
        client,
        word,
        isLetIn: passed('login'),
        ...(heartbeatWaitMs !== undefined && { heartbeatWaitMs }),
        clock,
      }),
    ),
    of('pictures', PICTURES_LIMIT_MS, undefined, () => checkPictures(camera.id, { store: rows.store, onPlate, clock })),
    of('plates-memory', PLATES_LIMIT_MS, ['login'], () => checkPlatesMemory(client, { onPlate, clock })),
    ...STREAM_KINDS.map((kind) =>
      of(`video-${kind}`, videoLimitMs(watchMs), ['rtsp-port', 'guard'], (passed) => {
        // A login by HTTP that failed in any way was the one; where none could be tried, this is it.
        const mayLogIn = passed('login') || !passed('http-port');
        return mayLogIn
          ? checkVideo(opened, kind, { clock, watchMs })
          : Promise.resolve(skipped('not tried: login comes first'));
      }),
    ),
  ];
}

function mediaMtxCheck({ camera }: OpenedCamera, { config, path, clock }: Examination, { videos }: Rows): Check {
  const { mediamtx, stateFolder } = config;
  return system('mediamtx', MEDIAMTX_LIMIT_MS, () =>
    checkMediaMtx({ ...mediamtx, camera: camera.id, stateFolder, path, states: videos, clock }),
  );
}

function liveCheck({ camera }: OpenedCamera, { config: { liveUrl }, token }: Examination): Check {
  const run = () => checkLive({ liveUrl, stream: streamName(camera.id, 'sub'), token });
  return { check: 'live', camera: camera.id, limitMs: LIVE_LIMIT_MS, run };
}

function testReadCheck({ camera }: OpenedCamera, examination: Examination, { store }: Rows): Check {
  const { config, token, sendsTestRead, clock } = examination;
  const { apiUrl } = config;
  const byTable =
    store &&
    ((id: DetectionId) =>
      store.get(id).then(
        (found) => found !== null,
        () => false,
      ));
  const find = byTable ?? (token && apiUrl ? (id: DetectionId) => foundByApi(apiUrl, token, id) : null);
  const run = () => checkTestRead({ isAsked: sendsTestRead, apiUrl, camera, find, clock });
  return { check: 'test-read', camera: camera.id, limitMs: TEST_READ_LIMIT_MS, run };
}

async function foundByApi(apiUrl: string, token: Secret, id: DetectionId): Promise<boolean> {
  const answer = await fetch(`${apiUrl}/api/gate/detections/${id}`, {
    headers: { Authorization: `Bearer ${token.reveal()}` },
    signal: AbortSignal.timeout(API_TIMEOUT_MS),
  }).catch(() => null);
  return answer?.ok ?? false;
}

/** Only one camera's, of a configuration of several. */
export function onlyCamera(config: DoctorConfig, id: CameraId): DoctorConfig {
  return { ...config, cameras: config.cameras.filter((camera) => camera.id === id) };
}
