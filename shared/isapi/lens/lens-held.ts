import type { CameraId } from '../../detection/detection.ts';
import { Rejected } from '../../support/errors.ts';

/** Somebody else moved the lens last, and keeps it for so long. */
export class LensHeld extends Rejected {
  /** The subject of the holder's token. */
  readonly holder: string;
  readonly heldForMs: number;

  constructor(camera: CameraId, holder: string, heldForMs: number) {
    super('conflict', `could not move the lens of ${camera}: ${holder} holds it for another ${heldForMs} ms`);
    this.holder = holder;
    this.heldForMs = heldForMs;
  }
}
