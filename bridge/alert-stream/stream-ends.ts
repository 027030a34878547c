// What a stream's end, or an attempt that brought none, is called. It depends on the ends before: a camera that closes
// every stream after a while is no camera that closed one, and one that is full right after a cut still holds our slot.

import { TableAway } from '../../shared/isapi/guard/table-away.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { Busy, GateError, reasonOf } from '../../shared/support/errors.ts';
import type { StreamStatus } from './camera-state.ts';
import type { StreamEnd } from './read-stream.ts';

/** How long a camera may hold the slot of a stream that is gone (ISAPI.md 3.5). */
const SLOT_HELD_MS = 120_000;
/** A camera that closes streams for its own reasons does so within this; the one known does after 40 s (ISAPI.md 3.4). */
const CLOSES_WITHIN_MS = 120_000;
/** So many streams closed in a row, each after it had spoken, are a habit. */
const HABIT = 3;
/** Ages are told in steps of this, or the same habit would be told in other words each time. */
const TOLD_TO_MS = 5_000;
const DNS_ERRORS = new Set<unknown>(['ENOTFOUND', 'EAI_AGAIN']);

export type Called = { status: StreamStatus; reason: string };

export type EndedStream = {
  end: StreamEnd;
  livedMs: number;
  deadAfterMs: number;
  /** False while the camera has never sent a heartbeat, on any stream. */
  beats: boolean;
};

export class StreamEnds {
  #lastEndedAt: number;
  /** How long the last streams lived that the camera closed. */
  #closedAfter: number[] = [];

  /** A bridge before this one may have held a stream until `startedAt`. */
  constructor(startedAt: number) {
    this.#lastEndedAt = startedAt;
  }

  /** The sentence about the camera's habit of closing every stream; null when it has none. */
  get habit(): string | null {
    if (this.#closedAfter.length < HABIT) return null;
    const median = this.#closedAfter.toSorted((a, b) => a - b)[Math.floor(HABIT / 2)] ?? 0;
    const seconds = Math.max(1, (Math.round(median / TOLD_TO_MS) * TOLD_TO_MS) / 1000);
    return `the camera closes every stream after about ${seconds} s; it is opened again each time`;
  }

  /** True when a stream of this age proves that the habit is over. */
  outlives(livedMs: number): boolean {
    if (this.#closedAfter.length === 0 || livedMs <= CLOSES_WITHIN_MS) return false;
    this.#closedAfter = [];
    return true;
  }

  ended({ end, livedMs, deadAfterMs, beats }: EndedStream, now: number): Called {
    this.#lastEndedAt = now;
    const isHabitual = end.reason !== 'silent' && end.bytes > 0 && livedMs <= CLOSES_WITHIN_MS;
    this.#closedAfter = isHabitual ? [...this.#closedAfter.slice(1 - HABIT), livedMs] : [];
    if (end.reason === 'silent') return { status: 'silent', reason: silence(deadAfterMs, end.bytes > 0 && !beats) };
    if (this.habit !== null) return { status: 'closing', reason: this.habit };
    return { status: 'closed', reason: closing(end) };
  }

  /** `error`: what openStream threw. */
  failed(error: unknown, now: number): Called {
    const reason = reasonOf(error);
    const code = error instanceof GateError ? error.code : 'camera_unreachable';
    if (code === 'camera_locked') return { status: 'locked', reason };
    if (code === 'camera_unreachable') return { status: 'unreachable', reason: reason + dnsNote(error) };
    // Ours: the guard has another request out, or cannot read its table, its row or the password.
    if (code === 'internal' || (code === 'camera_busy' && !isSaidByCamera(error)))
      return { status: 'connecting', reason };
    if (code !== 'camera_busy') return { status: 'refused', reason };
    const sinceMs = now - this.#lastEndedAt;
    if (sinceMs < 0 || sinceMs > SLOT_HELD_MS) return { status: 'refused', reason };
    const free = isoInstant(this.#lastEndedAt + SLOT_HELD_MS);
    return { status: 'slot_held', reason: `${reason}; one may be that of the stream before, held until ${free}` };
  }
}

/** A camera's 403, 404 or 503 comes with a time to ask again; the guard's own "not now" without, but for its table's. */
function isSaidByCamera(error: unknown): boolean {
  return error instanceof Busy && !(error instanceof TableAway) && error.retryAfterSeconds !== undefined;
}

function silence(deadAfterMs: number, isWithoutHeartbeats: boolean): string {
  const silent = `no byte for ${deadAfterMs / 1000} s: the connection is taken for dead`;
  if (!isWithoutHeartbeats) return silent;
  return `${silent}; this camera sends events and no heartbeats, so an empty lane looks the same`;
}

function closing({ reason, detail, bytes }: StreamEnd): string {
  if (reason === 'closed') return `the camera closed the stream after ${bytes} bytes`;
  return `the stream broke after ${bytes} bytes${detail ? `: ${detail}` : ''}`;
}

function dnsNote(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const isDns = cause instanceof Error && 'code' in cause && DNS_ERRORS.has(cause.code);
  return isDns ? ' (DNS does not know its name now)' : '';
}
