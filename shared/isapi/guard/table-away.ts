import { Busy } from '../../support/errors.ts';

/** The guard could not read its table: the camera has not been asked, and so has said nothing. */
export class TableAway extends Busy {
  constructor(message: string, options?: { cause?: unknown; retryAfterSeconds?: number }) {
    super('camera_busy', message, options);
  }
}
