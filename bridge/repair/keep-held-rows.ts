// When rows that wait for their age go out all the same: the camera has forgotten them, or cannot be asked, or we go.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { PicName } from '../../shared/isapi/plates/pic-name.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { HeardStream } from './heard-stream.ts';
import type { HeldDeps, HeldRows, WaitingRow } from './held-rows.ts';
import type { SweptTo } from './memory-gap.ts';
import type { ProgressFile } from './repair-progress.ts';

/** A vehicle's own road has told of it by then, unless it will as a replay. */
const OWN_ROAD_MS = 20_000;

type Deps = HeldDeps & {
  held: HeldRows;
  file: ProgressFile;
  stream: HeardStream;
  clock: Pick<Clock, 'now'>;
  log: Log;
  camera: CameraId;
};

export class KeepHeldRows {
  readonly #deps: Deps;
  /** Until when each row is safe or held; null while no sweep of this process came to its end. */
  #inHand: SweptTo | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A look at all that came since the last one was brought to its end. */
  swept(inHand: SweptTo | null): void {
    this.#inHand = inHand;
  }

  /** By our clock, whether the camera gave them once more or could not be asked. Throws Broken when the disk is full. */
  async due(): Promise<void> {
    const now = this.#deps.clock.now();
    await this.#keep(({ dueAt }) => dueAt <= now);
  }

  /** What such a look, begun at `startedAt`, did not find in the memory any more. Throws Broken when the disk is full. */
  async gone(given: ReadonlySet<PicName>, startedAt: number): Promise<void> {
    const { held, progress, stream } = this.#deps;
    if (held.all.every(({ picName }) => given.has(picName))) return;
    await this.#keep(({ picName }) => !given.has(picName));
    const isAllSafe = held.all.every(({ firstSeenAt }) => firstSeenAt >= startedAt);
    if (!isAllSafe || this.#inHand === null) return;
    progress.sweptTo(this.#inHand.at, this.#inHand.aheadMs);
    stream.swept(this.#inHand.at);
  }

  /** The process is about to end: by the next one the camera may have forgotten them. Never rejects. */
  async leave(): Promise<void> {
    const { clock, log, camera } = this.#deps;
    const since = clock.now() - OWN_ROAD_MS;
    await this.#keep(({ firstSeenAt }) => firstSeenAt <= since).catch((error: unknown) => {
      log.warn('repair.failed', { camera, reason: reasonOf(error) });
    });
  }

  async #keep(isMeant: (row: WaitingRow) => boolean): Promise<void> {
    const { held, file, progress, log, camera } = this.#deps;
    const rows = held.all.filter(isMeant);
    if (rows.length === 0) return;
    const reads = await held.keep(rows, this.#deps);
    await file.write(progress);
    if (reads > 0) log.info('repair.recovered', { camera, reads });
  }
}
