// Pictures of recovered reads, one after the other, behind everything else that the camera is asked.
import type { Detection } from '../../shared/detection/detection.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import { fetchPlatePicture } from '../../shared/isapi/plates/fetch-plate-picture.ts';
import { withPictures } from '../../shared/pictures/describe-picture.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { QueryPace } from './query-pace.ts';
import type { ProgressFile, RepairProgress } from './repair-progress.ts';
import type { RememberedRead } from './take-rows.ts';

/** Half of what a camera may be asked in a minute; the other half is for the memory itself. */
const BETWEEN_MS = 1_000;
/** A camera that has shown none so often has none; asked again after the next connect. */
const MAX_MISSES = 3;

export type PictureErrandDeps = {
  client: CameraClient;
  outbox: { addPictures(detection: Detection, bytesByKey: Map<string, Uint8Array>): Promise<void> };
  progress: RepairProgress;
  file: ProgressFile;
  pace: QueryPace;
  clock: Clock;
  log: Log;
  camera: string;
};

export class PictureErrands {
  readonly #deps: PictureErrandDeps;
  #waiting: RememberedRead[] = [];
  #running: Promise<void> | null = null;
  #misses = 0;
  #found = 0;

  constructor(deps: PictureErrandDeps) {
    this.#deps = deps;
  }

  /** Reads whose picture is being fetched or waits for it. */
  get waiting(): number {
    return this.#waiting.length + (this.#running ? 1 : 0);
  }

  /** `signal` ends it; what was not fetched is owed on disk, and asked for with a later sweep. */
  start(reads: readonly RememberedRead[], signal: AbortSignal): void {
    const known = new Set(this.#waiting.map(({ detection }) => detection.id));
    this.#waiting.push(...reads.filter(({ detection }) => !known.has(detection.id)));
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = null;
      if (this.#waiting.length > 0 && !signal.aborted) this.start([], signal);
    });
  }

  /** The camera may have learned it, or been exchanged. */
  hopeAgain(): void {
    this.#misses = 0;
  }

  async done(): Promise<void> {
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { progress, file, pace, clock, log, camera } = this.#deps;
    try {
      // Oldest first, as the camera forgets them.
      for (let read = this.#waiting.shift(); read !== undefined; read = this.#waiting.shift()) {
        if (this.#misses < MAX_MISSES || this.#found > 0) {
          await pace.turn(signal);
          await this.#fetch(read, signal);
          await clock.sleep(BETWEEN_MS, signal);
        }
        progress.unpictured.delete(read.detection.id);
      }
      await file.write(progress);
    } catch (error) {
      this.#waiting = [];
      if (!signal.aborted) log.warn('repair.pictures.postponed', { camera, reason: reasonOf(error) });
    }
  }

  async #fetch({ row, detection }: RememberedRead, signal: AbortSignal): Promise<void> {
    const { client, outbox } = this.#deps;
    const bytes = await fetchPlatePicture(client, row.picName, signal);
    if (bytes === null) {
      this.#misses += 1;
      return;
    }
    this.#found += 1;
    const whole = withPictures(detection, [{ kind: 'plate', bytes }]);
    await outbox.addPictures(whole.detection, whole.bytesByKey);
  }
}
