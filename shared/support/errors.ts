// The error tree, by what the caller should do: Rejected (do not repeat), Busy (repeat later), Broken (ours to mend).
// Messages read "could not X: Y", carry `cause`, and never a secret or a plate.

/** Stable codes; the API's problem details carry them as they are (DESIGN.md section 4). */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'not_supported'
  | 'rate_limited'
  | 'camera_locked'
  | 'camera_unreachable'
  | 'camera_refused'
  | 'camera_busy'
  | 'too_large'
  | 'internal';

export abstract class GateError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = this.constructor.name;
    this.code = code;
  }
}

/** The caller's fault: repeating the same request cannot help. */
export class Rejected extends GateError {}

/** Not now: the same request may succeed after `retryAfterSeconds`. */
export class Busy extends GateError {
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; retryAfterSeconds?: number }) {
    super(code, message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

/** Busy `camera_unreachable` before a byte could be sent: whatever was to be asked, nobody has heard it. */
export class NeverSent extends Busy {}

/** Our fault or our surroundings': let the queue or the loop try again, and count it. */
export class Broken extends GateError {}

/** What to print of any thrown thing: its message, never its stack or fields. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
