// One camera's stream, held; and what is asked of the camera once it is up.
import { join } from 'node:path';
import type { TimeZone } from '../shared/detection/camera-time.ts';
import type { CameraId, Detection } from '../shared/detection/detection.ts';
import { readCameraClock } from '../shared/isapi/camera-clock.ts';
import type { Camera } from '../shared/isapi/cameras.ts';
import type { CameraClient } from '../shared/isapi/client.ts';
import { readDeviceInfo } from '../shared/isapi/device-info.ts';
import type { BodyPool } from '../shared/isapi/multipart/body-pool.ts';
import type { OpenedCamera } from '../shared/isapi/open-camera.ts';
import { isoOffset } from '../shared/isapi/posix-zone.ts';
import { takeOver } from '../shared/isapi/tapped-socket.ts';
import { type Clock, isoInstant } from '../shared/support/clock.ts';
import { reasonOf } from '../shared/support/errors.ts';
import type { Log } from '../shared/support/log.ts';
import { CameraState } from './alert-stream/camera-state.ts';
import { ClockOffset } from './alert-stream/clock-offset.ts';
import { FaultCount } from './alert-stream/fault-count.ts';
import { ALERT_STREAM_PATH, holdStream } from './alert-stream/hold-stream.ts';
import type { ReadKeeper } from './alert-stream/keep-event.ts';
import type { PictureBudget } from './alert-stream/picture-budget.ts';
import { ReadsToday } from './camera-state/reads-today.ts';
import { quietFile } from './quiet/quiet-file.ts';
import { QuietWatch } from './quiet/quiet-watch.ts';
import type { RepairSigns } from './repair/repair.ts';

const STREAM_HEADERS_TIMEOUT_MS = 15_000;
const QUESTION_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

export type CameraRoadDeps = {
  outbox: ReadKeeper;
  budget: PictureBudget;
  pool: BodyPool;
  deadAfterMs: number;
  /** Whom the stream tells what it shows of a camera's memory. */
  repairOf: (camera: CameraId) => RepairSigns | undefined;
  /** Where the cameras' habits are kept, one file each. */
  quietFolder: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

export type CameraRoad = {
  camera: Camera;
  state: CameraState;
  clockOffset: ClockOffset;
  readsToday: ReadsToday;
  /** Learns only while somebody runs its `listenUntil`. */
  quiet: QuietWatch;
  faults: FaultCount;
  /** For a live read that came by another way than the stream, once it is safe. */
  countLive(read: Detection): void;
  /** Resolves when the signal has ended it. */
  done: Promise<void>;
};

export function openCameraRoad({ camera, client }: OpenedCamera, deps: CameraRoadDeps): CameraRoad {
  const { clock, log, outbox, signal } = deps;
  const state = new CameraState(clock.now());
  const repair = deps.repairOf(camera.id);
  const onWall = (at: number, aheadMs: number) => repair?.wallHeard(at, aheadMs);
  const clockOffset = new ClockOffset({ log, camera: camera.id, onWall });
  const faults = new FaultCount({ log, clock, camera: camera.id });
  let zoneOfCamera: TimeZone | undefined;
  const timeZone = () => camera.timeZone ?? zoneOfCamera;
  const readsToday = new ReadsToday(timeZone);
  const file = quietFile(join(deps.quietFolder, `${camera.id}.json`), log);
  const quiet = new QuietWatch({ camera: camera.id, state, timeZone, file, clock, log });
  const count = ({ lane }: Detection) => {
    readsToday.add(clock.now());
    quiet.heardRead(lane);
  };
  const done = holdStream({
    ...deps,
    camera: camera.id,
    state,
    clockOffset,
    faults,
    timeZone,
    outbox: {
      addPictures: (detection, bytesByKey) => outbox.addPictures(detection, bytesByKey),
      addRead: async (detection) => {
        await outbox.addRead(detection);
        if (!detection.late) count(detection);
      },
    },
    random: Math.random,
    signal,
    openStream: async (streamSignal) => {
      const response = await client.openStream({
        path: ALERT_STREAM_PATH,
        signal: streamSignal,
        headerTimeoutMs: STREAM_HEADERS_TIMEOUT_MS,
      });
      return { body: takeOver(response), contentType: response.headers['content-type'] ?? '' };
    },
    onVehicle: () => repair?.vehicleSeen(),
    onConnected: (connected) => {
      repair?.connected(connected);
      askCamera(client, state, { log, camera: camera.id, signal: connected }).then(
        (zone) => {
          zoneOfCamera = zone ?? zoneOfCamera;
          if (state.firmwareNote) repair?.streamSendsNoPlates();
        },
        (error: unknown) => log.warn('camera.facts.unknown', { camera: camera.id, reason: reasonOf(error) }),
      );
    },
  });
  return {
    camera,
    state,
    clockOffset,
    readsToday,
    quiet,
    faults,
    countLive(read) {
      state.lastReadAt = isoInstant(clock.now());
      count(read);
    },
    done,
  };
}

/** Model, firmware and zone, once the stream is up. Resolves with the zone of the camera's clock. */
async function askCamera(
  client: CameraClient,
  state: CameraState,
  { log, camera, signal }: { log: Log; camera: string; signal: AbortSignal },
): Promise<TimeZone | undefined> {
  const ask = (path: string) =>
    client.request({ method: 'GET', path, timeoutMs: QUESTION_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal });
  const info = readDeviceInfo((await ask('/ISAPI/System/deviceInfo')).body);
  state.model = info.model;
  state.firmware = info.firmware;
  state.firmwareNote = info.firmwareNote;
  log.info('camera.identified', { camera, model: info.model, firmware: info.firmware });
  if (info.firmwareNote) log.error('camera.firmware.sends_no_plates', { camera, note: info.firmwareNote });
  const { utcOffsetMinutes } = readCameraClock((await ask('/ISAPI/System/time')).body);
  return utcOffsetMinutes === null ? undefined : isoOffset(utcOffsetMinutes);
}
