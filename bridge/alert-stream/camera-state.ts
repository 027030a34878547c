// What the bridge knows of one camera right now; a socket alone never makes it "fine".
import { isoInstant } from '../../shared/support/clock.ts';

/** What these mean stands at StreamStatusSchema, shared/store/camera-states.ts; `stopped` is its `off`. */
export type StreamStatus =
  | 'connecting'
  | 'connected'
  | 'closing'
  | 'silent'
  | 'closed'
  | 'slot_held'
  | 'unreachable'
  | 'refused'
  | 'locked'
  | 'stopped';

export class CameraState {
  status: StreamStatus = 'connecting';
  since: string;
  /** Why, in a sentence, when the status is no good. */
  reason: string | null = null;
  /** UTC milliseconds of the first byte of the stream that is open; null while none is, or it has said nothing. */
  upSince: number | null = null;
  /** UTC milliseconds: set at every read, so no text is made of it. */
  lastByteAt: number | null = null;
  lastHeartbeatAt: string | null = null;
  lastReadAt: string | null = null;
  /** Why a read cannot be kept, while the stream waits for the disk; null while it does not. */
  waitsForDisk: string | null = null;
  reads = 0;
  pictures = 0;
  heartbeats = 0;
  otherEvents = 0;
  /** Events of a vehicle without a plate: firmware below V5.4.7 (ISAPI.md 1.2). */
  vehiclesWithoutPlate = 0;
  connects = 0;
  model: string | null = null;
  firmware: string | null = null;
  /** A sentence when that firmware is known to send no plates. */
  firmwareNote: string | null = null;

  constructor(now: number) {
    this.since = isoInstant(now);
  }

  /** Bytes come. True also in the second between two streams of a camera that closes each one after a while. */
  get isHeard(): boolean {
    return this.upSince !== null || this.status === 'closing';
  }

  /** True when this is news. */
  become(status: StreamStatus, reason: string | null, now: number): boolean {
    // A locked camera's reason counts down; saying it once is enough.
    const news = status !== this.status || (status !== 'locked' && reason !== this.reason);
    if (status !== this.status) this.since = isoInstant(now);
    this.status = status;
    this.reason = reason;
    return news;
  }
}
