// The one place where a camera's client gets its guard: bridge, functions, doctor and probes all go this way.
import type { CameraId } from '../detection/detection.ts';
import type { Clock } from '../support/clock.ts';
import type { Log } from '../support/log.ts';
import type { Camera } from './cameras.ts';
import { type CameraClient, cameraClient } from './client.ts';
import { type AccountDependencies, accountSource } from './guard/account.ts';
import { createGuard, type Guard } from './guard/guard.ts';
import type { GuardLedger } from './guard/ledger.ts';
import type { Transport } from './transport.ts';

export type OpenCamera = AccountDependencies & {
  ledger: GuardLedger;
  transport: Transport;
  clock: Clock;
  log: Log;
  /** Names this process in leases, for people: `bridge`, `api`, `doctor`. */
  holder: string;
};

export type OpenedCamera = { camera: Camera; client: CameraClient; guard: Guard };

/** Open a camera once per process: client and guard remember. Nothing is read or sent before the first request. */
export function openCamera(camera: Camera, deps: OpenCamera): OpenedCamera {
  const guard = createGuard({ ...deps, camera: camera.id, account: accountSource(camera, deps) });
  return { camera, guard, client: cameraClient({ ...deps, camera, guard }) };
}

export type OpenedCameras = ReadonlyMap<CameraId, OpenedCamera>;

export function openCameras(cameras: readonly Camera[], deps: OpenCamera): OpenedCameras {
  return new Map(cameras.map((camera) => [camera.id, openCamera(camera, deps)]));
}
