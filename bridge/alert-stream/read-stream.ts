// Reads one open alert stream to its end: bytes to parts to events, each handled before the next bytes are taken.
import { type Assembled, EventAssembly } from '../../shared/detection/event-assembly.ts';
import type { Arrival } from '../../shared/detection/from-alert.ts';
import type { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { MultipartReader, type PartFault } from '../../shared/isapi/multipart/reader.ts';
import type { ByteSource } from '../../shared/isapi/tapped-socket.ts';
import type { PictureBudget } from './picture-budget.ts';

/** A part that has begun and then pauses this long is settled: its length lied, or its picture was cut short. */
const QUIET_MS = 1_000;
/** Timers may fire this much before the clock says so. */
const TIMER_SLACK_MS = 50;

export type StreamEvent = Assembled | { type: 'fault'; fault: PartFault; reason: string };

/** Why a stream ended: the camera closed it, the connection broke, no byte came in time, or we were told to stop. */
export type StreamEnd = { reason: 'closed' | 'broken' | 'silent' | 'stopped'; bytes: number; detail?: string };

export type ReadStream = {
  body: ByteSource;
  contentType: string;
  arrival: () => Omit<Arrival, 'bytes'>;
  /** Handles one event; the next bytes are read when it resolves, and then its pictures' memory is used again. */
  onEvent: (event: StreamEvent) => Promise<void> | void;
  onBytes?: () => void;
  budget: PictureBudget;
  pool: BodyPool;
  /** Dead when no byte came for so long: the vendor's 30 s for a 10 s heartbeat (field notes, developer guide). */
  deadAfterMs: number;
  signal: AbortSignal;
};

export function readStream(options: ReadStream): Promise<StreamEnd> {
  return new StreamReading(options).ended;
}

class StreamReading {
  readonly ended: Promise<StreamEnd>;
  readonly #options: ReadStream;
  readonly #reader: MultipartReader;
  readonly #assembly: EventAssembly;
  readonly #holder = Symbol('stream');
  readonly #finish: (end: StreamEnd) => void;
  readonly #fail: (error: unknown) => void;
  /** Set while events are being handled; bytes wait in the socket. */
  #busy: Promise<void> | null = null;
  #bytes = 0;
  #lastByteAt = performance.now();
  #silence: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | null = null;
  #over = false;

  constructor(options: ReadStream) {
    this.#options = options;
    this.#reader = new MultipartReader(options.contentType, { pool: options.pool });
    this.#assembly = new EventAssembly(options.arrival);
    const { promise, resolve, reject } = Promise.withResolvers<StreamEnd>();
    this.ended = promise;
    this.#finish = resolve;
    this.#fail = reject;
    this.#silence = setTimeout(() => this.#checkSilence(), options.deadAfterMs);
    const { body, signal } = options;
    body.on('data', (chunk: Buffer) => this.#take(chunk));
    body.on('end', () => this.#close({ reason: 'closed' }));
    body.on('error', (error) => this.#close({ reason: 'broken', detail: error.message }));
    body.on('close', () => this.#close({ reason: 'broken' }));
    signal.addEventListener('abort', this.#stop, { once: true });
    if (signal.aborted) this.#stop();
  }

  readonly #stop = () => this.#close({ reason: 'stopped' });

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#lastByteAt = performance.now();
    this.#options.onBytes?.();
    this.#handle(this.#events(this.#reader.push(chunk)));
    this.#watchQuiet();
  }

  #events(outputs: ReturnType<MultipartReader['push']>): StreamEvent[] {
    return outputs.flatMap((output): StreamEvent[] =>
      output.type === 'part'
        ? this.#assembly.take(output)
        : [
            {
              type: 'fault',
              fault: output.fault,
              reason: `${output.fault.replaceAll('_', ' ')} (${output.bytes} bytes)`,
            },
          ],
    );
  }

  #handle(events: StreamEvent[]): void {
    const { budget } = this.#options;
    budget.hold(this.#holder, this.#reader.heldBytes + this.#assembly.heldBytes);
    if (events.length === 0 && budget.hasRoom(this.#holder)) return;
    this.#options.body.pause();
    const before = this.#busy;
    const busy = this.#handleInTurn(before, events).then(
      () => {
        if (this.#busy !== busy) return;
        this.#busy = null;
        if (!this.#over) this.#options.body.resume();
      },
      (error: unknown) => this.#abandon(error),
    );
    this.#busy = busy;
  }

  async #handleInTurn(before: Promise<void> | null, events: StreamEvent[]): Promise<void> {
    await before;
    const { budget, pool, onEvent } = this.#options;
    for (const event of events) {
      await onEvent(event);
      if (event.type === 'pictures') for (const { bytes } of event.pictures) pool.give(bytes);
    }
    if (!this.#over && !budget.hasRoom(this.#holder)) await budget.room(this.#holder);
  }

  #watchQuiet(): void {
    // Heartbeats every 300 ms (firmware up to 5.5.0, field notes) are no sign that a picture goes on which they stand in.
    if (this.#quiet && this.#reader.isInDoubt) return;
    if (this.#quiet) clearTimeout(this.#quiet);
    this.#quiet = null;
    if (!this.#reader.isInsidePart && this.#assembly.heldBytes === 0) return;
    this.#quiet = setTimeout(() => this.#settle(), QUIET_MS);
  }

  #settle(): void {
    this.#quiet = null;
    const isPaused = performance.now() - this.#lastByteAt >= QUIET_MS - TIMER_SLACK_MS;
    this.#handle([...this.#events(this.#reader.settle({ isPaused })), ...this.#assembly.flush()]);
    // The pause may begin only now.
    if (!isPaused) this.#watchQuiet();
  }

  #checkSilence(): void {
    // Bytes that wait in the socket while an event is being stored are no silence of the camera's.
    const silentMs = this.#busy ? 0 : performance.now() - this.#lastByteAt;
    const left = this.#options.deadAfterMs - silentMs;
    if (left <= 0) this.#close({ reason: 'silent' });
    else this.#silence = setTimeout(() => this.#checkSilence(), left);
  }

  #close(end: Omit<StreamEnd, 'bytes'>): void {
    if (this.#over) return;
    this.#handle([...this.#events(this.#reader.end()), ...this.#assembly.flush()]);
    this.#tearDown();
    (this.#busy ?? Promise.resolve()).then(() => this.#finish({ ...end, bytes: this.#bytes }), this.#fail);
  }

  #abandon(error: unknown): void {
    this.#tearDown();
    this.#fail(error);
  }

  #tearDown(): void {
    this.#over = true;
    clearTimeout(this.#silence);
    if (this.#quiet) clearTimeout(this.#quiet);
    const { body, signal, budget } = this.#options;
    signal.removeEventListener('abort', this.#stop);
    budget.leave(this.#holder);
    body.removeAllListeners('data');
    body.on('error', () => {});
    body.destroy();
  }
}
