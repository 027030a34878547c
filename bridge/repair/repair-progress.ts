// How far the repair of one camera has come, on disk: rows of its memory that are safe, and from where to ask again.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type CameraId, type DetectionId, DetectionIdSchema } from '../../shared/detection/detection.ts';
import { type PicName, parsePicName } from '../../shared/isapi/plates/pic-name.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { Disk } from '../outbox/disk.ts';
import type { SweptTo } from './memory-gap.ts';

/**
 * Rows remembered as safe: all that a camera is known to remember, so that none of them is sent again however often the
 * whole memory is asked. What is forgotten is sent again, which changes no row.
 */
export const MAX_SETTLED = 20_000;
/** Reads whose picture is still to be fetched; beyond it the oldest go without. */
const MAX_UNPICTURED = 500;
const FORMAT = /^([0-9a-f]{64}) (\{.*\})\n$/s;

const Name = z.string().transform((text, context) => {
  const name = parsePicName(text);
  if (name !== null) return name;
  context.addIssue('is no name of a row');
  return z.NEVER;
});
const Saved = z.object({
  cursor: Name.nullable(),
  anchor: Name.nullable(),
  sweptAt: z.int().nullable(),
  sweptAheadMs: z.number().nullable().default(null),
  remembered: z.int().nonnegative().default(0),
  settled: z.array(DetectionIdSchema),
  unpictured: z.array(DetectionIdSchema),
});

export class RepairProgress {
  /** Every row up to this name is safe. It may go back, when the camera's clock does. */
  cursor: PicName | null = null;
  /** The last row known to have been in the camera's memory; once that is gone, so may be others after it. */
  anchor: PicName | null = null;
  /** UTC ms, our clock: what the camera had named by then is safe. */
  sweptAt: number | null = null;
  /** How far the camera's wall was ahead of our clock then. */
  sweptAheadMs: number | null = null;
  /** Rows that the camera gave when it was last asked for all it had. */
  remembered = 0;
  /** Ids only, oldest first: no plate lies here. */
  readonly settled = new Set<DetectionId>();
  readonly unpictured = new Set<DetectionId>();

  sweptTo(at: number, aheadMs: number | null): void {
    this.sweptAt = at;
    this.sweptAheadMs = aheadMs;
  }

  get swept(): SweptTo | null {
    const { sweptAt: at, sweptAheadMs: aheadMs } = this;
    return at === null || aheadMs === null ? null : { at, aheadMs };
  }

  settle(id: DetectionId): void {
    addCapped(this.settled, id, MAX_SETTLED);
  }

  owePicture(id: DetectionId): void {
    addCapped(this.unpictured, id, MAX_UNPICTURED);
  }
}

export type ProgressFile = {
  /** A file that is not there is a first start; a damaged one is too, aloud: everything is asked for again. */
  read(): Promise<RepairProgress>;
  /** Resolves when the progress would survive kill -9 and a power cut. */
  write(progress: RepairProgress): Promise<void>;
};

export function progressFile(options: { folder: string; camera: CameraId; disk: Disk; log: Log }): ProgressFile {
  const { folder, camera, disk, log } = options;
  const path = join(folder, `${camera}.repair`);
  let writing: Promise<void> = Promise.resolve();

  async function replace(text: string): Promise<void> {
    await disk.makeFolder(folder);
    const temporary = `${path}.tmp`;
    await disk.remove(temporary);
    await disk.write(temporary, Buffer.from(text));
    await disk.rename(temporary, path);
    await disk.syncFolder(folder);
    await disk.syncFolder(dirname(folder));
  }

  return {
    async read() {
      try {
        return decode((await disk.read(path)).toString());
      } catch (error) {
        if (isMissing(error)) return new RepairProgress();
        log.error('repair.progress.damaged', { camera, reason: reasonOf(error) });
        return new RepairProgress();
      }
    },

    write(progress) {
      // What it is when its turn comes, so that the last word is the newest.
      writing = writing.catch(() => {}).then(() => replace(encode(progress)));
      return writing;
    },
  };
}

function encode({ settled, unpictured, ...plain }: RepairProgress): string {
  const json = JSON.stringify({ ...plain, settled: [...settled], unpictured: [...unpictured] });
  return `${sha256(json)} ${json}\n`;
}

/** Throws on anything but what `encode` wrote: one wrong digit could be a cursor that skips a day. */
function decode(text: string): RepairProgress {
  const [, sum, json = ''] = FORMAT.exec(text) ?? [];
  if (sum !== sha256(json)) throw new Error('its checksum differs');
  const saved = Saved.safeParse(JSON.parse(json));
  if (!saved.success) throw new Error('it is of another version');
  const { settled, unpictured, ...plain } = saved.data;
  const progress = Object.assign(new RepairProgress(), plain);
  for (const id of settled) progress.settle(id);
  for (const id of unpictured) progress.owePicture(id);
  return progress;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function addCapped<T>(set: Set<T>, value: T, max: number): void {
  set.delete(value);
  set.add(value);
  const oldest = set.values().next();
  if (set.size > max && !oldest.done) set.delete(oldest.value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
