// What is known of one stream: what the camera has proven, what MediaMTX has been given, and what it did with it.

import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { type ErrorCode, GateError, reasonOf } from '../../../shared/support/errors.ts';
import type { StreamKind, StreamName } from '../../../shared/video/stream-name.ts';
import type { PathState } from '../mediamtx/media-api.ts';
import type { ProvenStream, StreamFacts } from '../rtsp/probe-stream.ts';
import { StandStill } from './stand-still.ts';

/** What a login that the camera has just let in is good for: MediaMTX's own, sent within this time. */
const PROOF_VALID_MS = 30_000;
/** A probe that failed answers for those who ask again so soon: retrying players must not knock all the time. */
const FAILURE_VALID_MS = 2_000;
/** A reader let in with the last of a proof may still be waiting for its picture. */
const START_GRACE_MS = 6_000;

export type Trouble = { reason: string; code: ErrorCode };

export class WatchedStream {
  readonly stream: StreamName;
  readonly kind: StreamKind;
  readonly opened: OpenedCamera;
  readonly stand = new StandStill();
  /** As the camera described it last. */
  facts: StreamFacts | null = null;
  /** MediaMTX found pictures out of order, whatever the description says. */
  isReordered = false;
  /** In MediaMTX, with this version of the password. `isCondemned`: it must go although it plays. */
  path: { passwordVersion: string; isCondemned: boolean } | null = null;
  /** As MediaMTX said last; null when that is not known, or there is no path. */
  seen: PathState | null = null;
  /** Why it cannot be watched. */
  trouble: Trouble | null = null;
  stalls = 0;
  restarts = 0;
  /** It stood still, and has not played since. */
  isStalled = false;
  /** Rises whenever a proof is no longer worth anything: a probe that was asked before then proves nothing. */
  generation = 0;
  #proof: (ProvenStream & { at: number }) | null = null;
  #failure: { error: unknown; at: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stream: StreamName, kind: StreamKind, opened: OpenedCamera) {
    this.stream = stream;
    this.kind = kind;
    this.opened = opened;
  }

  /** Runs after whatever was asked for this stream before, so that MediaMTX ends up as it was asked last. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  prove(proven: ProvenStream, now: number): void {
    this.#proof = { ...proven, at: now };
    this.#failure = null;
    this.facts = proven.facts;
    this.isReordered = false;
    this.trouble = null;
  }

  failed(error: unknown, now: number): void {
    this.#failure = { error, at: now };
    this.trouble = {
      reason: reasonOf(error),
      code: error instanceof GateError ? error.code : 'internal',
    };
  }

  forgetProof(): void {
    this.#proof = null;
    this.generation += 1;
  }

  /** The proof while it is worth something. */
  proof(now: number): ProvenStream | null {
    return this.#proof !== null && isWithin(PROOF_VALID_MS, this.#proof.at, now) ? this.#proof : null;
  }

  /** Why the last probe failed, while asking again is too soon. */
  failure(now: number): unknown {
    return this.#failure !== null && isWithin(FAILURE_VALID_MS, this.#failure.at, now) ? this.#failure.error : null;
  }

  /** Whether nobody who was let in may still be waiting for the first picture. */
  isLeft(now: number): boolean {
    return this.#proof === null || !isWithin(PROOF_VALID_MS + START_GRACE_MS, this.#proof.at, now);
  }
}

/** A clock that was put back makes nothing last longer. */
function isWithin(ms: number, since: number, now: number): boolean {
  return now >= since && now - since < ms;
}
