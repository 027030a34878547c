// A picture of the lane now. Cameras make about one at a time, and answer 200 with XML when they cannot (ISAPI.md 10.3).
import type { CameraId } from '../detection/detection.ts';
import { jpegOf } from '../pictures/jpeg.ts';
import type { Clock } from '../support/clock.ts';
import { Busy, Rejected } from '../support/errors.ts';
import type { CameraClient } from './client.ts';
import { createTurns, type Turns } from './guard/turns.ts';
import { isUnderWay } from './lens/lens-row.ts';
import type { LensRows } from './lens/lens-rows.ts';

const SNAPSHOT_PATH = '/ISAPI/Streaming/channels/101/picture';
/** A function's answer carries 6 MB, base64 and headers included; a 1080p picture is a tenth of it. */
const MAX_SNAPSHOT_BYTES = 4 * 1024 * 1024;
/** Cameras take 0.3 to 2 s. */
const SNAPSHOT_TIMEOUT_MS = 6_000;
/** For others' snapshots, and for a lens that moves. */
const PATIENCE_MS = 2_000;
const LENS_POLL_MS = 100;
const RETRY_AFTER_SECONDS = 1;

export type SnapshotDependencies = {
  /** Throws Rejected `not_found`. */
  clientOf(camera: CameraId): CameraClient;
  rows: Pick<LensRows, 'read'>;
  clock: Clock;
};

/**
 * @returns a function that takes one whole JPEG from a camera.
 * It throws Busy `camera_busy` when its turn does not come within PATIENCE_MS, Rejected `camera_refused` when what came
 * is no JPEG, and what `CameraClient.request` throws.
 */
export function snapshotTaker({ clientOf, rows, clock }: SnapshotDependencies): (camera: CameraId) => Promise<Buffer> {
  const turnsOf = new Map<CameraId, Turns>();

  function turns(camera: CameraId): Turns {
    const known = turnsOf.get(camera) ?? createTurns(clock);
    turnsOf.set(camera, known);
    return known;
  }

  /** One credentialed request is out at a time: a stop would have to wait until a picture is in. */
  async function untilLensIsStill(camera: CameraId, until: number): Promise<void> {
    for (;;) {
      const row = await rows.read(camera);
      if (row === null || !isUnderWay(row)) return;
      if (clock.now() >= until) {
        // A stop that takes so long has a camera that does not answer: the picture will tell.
        if (row.move?.phase === 'stopping') return;
        const after = { retryAfterSeconds: RETRY_AFTER_SECONDS };
        throw new Busy('camera_busy', `could not take a picture with ${camera}: its lens is being moved`, after);
      }
      await clock.sleep(LENS_POLL_MS);
    }
  }

  return async (camera) => {
    const client = clientOf(camera);
    const until = clock.now() + PATIENCE_MS;
    const endTurn = await turns(camera).take({ until });
    try {
      await untilLensIsStill(camera, until);
      const limits = { timeoutMs: SNAPSHOT_TIMEOUT_MS, maxBytes: MAX_SNAPSHOT_BYTES };
      const { body } = await client.request({ method: 'GET', path: SNAPSHOT_PATH, ...limits });
      const jpeg = jpegOf(body);
      if (jpeg !== null) return Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
      throw new Rejected('camera_refused', `could not take a picture with ${camera}: the camera sent no whole JPEG`);
    } finally {
      endTurn();
    }
  };
}
