// For tests: what the bridge holds of one camera, without the camera.
import { readCameras } from '../../shared/isapi/cameras.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';
import { CameraState } from '../alert-stream/camera-state.ts';
import { ClockOffset } from '../alert-stream/clock-offset.ts';
import type { CameraRoad } from '../camera-road.ts';
import { QuietWatch } from '../quiet/quiet-watch.ts';
import { ReadsToday } from './reads-today.ts';

export function roadAt(clock: Clock, log: Log) {
  const environment = { GATE_CAMERA_IP: '127.0.0.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'unused' };
  const [camera] = readCameras(environment, () => '');
  if (!camera) throw new Error('one camera was configured');
  const state = new CameraState(clock.now());
  const file = { load: () => new Map(), save: async () => {} };
  return {
    camera,
    state,
    clockOffset: new ClockOffset({ log, camera: camera.id }),
    readsToday: new ReadsToday(() => 'UTC'),
    quiet: new QuietWatch({ camera: camera.id, state, timeZone: () => 'UTC', file, clock, log }),
  } satisfies Partial<CameraRoad>;
}
