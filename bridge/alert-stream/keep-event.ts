// Every event of one camera's stream, to where it is safe: a plate to disk before the next byte is read.

import type { TimeZone } from '../../shared/detection/camera-time.ts';
import type { Detection } from '../../shared/detection/detection.ts';
import { withPictures } from '../../shared/pictures/describe-picture.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { CameraState } from './camera-state.ts';
import type { ClockOffset } from './clock-offset.ts';
import type { FaultCount } from './fault-count.ts';
import type { StreamEvent } from './read-stream.ts';

/** Wait before a plate that the disk refused is tried again; the stream waits with it. */
const DISK_RETRY_MS = 1_000;

/** Where reads and their pictures are safe once the promise resolves. */
export interface ReadKeeper {
  addRead(detection: Detection): Promise<void>;
  addPictures(detection: Detection, bytesByKey: Map<string, Uint8Array>): Promise<void>;
}

export type KeepEvent = {
  camera: string;
  outbox: ReadKeeper;
  state: CameraState;
  clockOffset: ClockOffset;
  faults: FaultCount;
  timeZone: () => TimeZone | undefined;
  /** Called for every event of a vehicle without a plate. */
  onVehicle?: () => void;
  clock: Clock;
  log: Log;
};

export async function keepEvent(event: StreamEvent, deps: KeepEvent): Promise<void> {
  const { state, clock, clockOffset, faults, log, outbox } = deps;
  switch (event.type) {
    case 'read':
      await keepRead(event.detection, deps);
      state.reads += 1;
      state.lastReadAt = isoInstant(clock.now());
      return;
    case 'pictures':
      try {
        const { detection, bytesByKey } = withPictures(event.detection, event.pictures);
        await outbox.addPictures(detection, bytesByKey);
        state.pictures += bytesByKey.size;
      } catch (error) {
        // The plate itself is safe already; a picture that finds no room is the lesser loss.
        log.error('pictures.lost', { camera: deps.camera, detection: event.detection.id, reason: reasonOf(error) });
      }
      return;
    case 'heartbeat':
      state.heartbeats += 1;
      state.lastHeartbeatAt = isoInstant(clock.now());
      clockOffset.heard(event.dateTime, clock.now(), deps.timeZone());
      return;
    case 'ignored':
      state.otherEvents += 1;
      if (!event.vehicle) return;
      state.vehiclesWithoutPlate += 1;
      deps.onVehicle?.();
      return;
    case 'fault':
      faults.add(event.fault, event.reason);
  }
}

/** A plate is not given up while the process lives: a full disk holds the stream, and the camera holds the rest. */
async function keepRead(detection: Detection, deps: KeepEvent): Promise<void> {
  const { outbox, clock, clockOffset, log, camera, state } = deps;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await outbox.addRead(detection);
      state.waitsForDisk = null;
      return;
    } catch (error) {
      state.waitsForDisk = reasonOf(error);
      if (attempt === 1) log.error('read.not_yet_safe', { camera, detection: detection.id, reason: reasonOf(error) });
      await clock.sleep(DISK_RETRY_MS);
      clockOffset.heldUp(DISK_RETRY_MS);
    }
  }
}
