// What the lanes of one camera have taught, over restarts: one small file, replaced whole. Losing it costs a week of
// learning and no read, so it is written now and then, and a damaged one is said once and begun again.
import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { HOURS_A_WEEK } from './hour-of-week.ts';
import type { LearnedLanes } from './learned-lanes.ts';

/** A lane's name is a Detection's text. */
const MAX_NAME = 128;
const MAX_LANES = 8;
/** Reads are aged, and so no whole numbers; more digits than these tell nothing. */
const DIGITS = 3;

const Hours = z.array(z.number().nonnegative()).length(HOURS_A_WEEK);
const FileSchema = z.object({
  form: z.literal(1),
  lanes: z
    .array(
      z.object({
        name: z.string().max(MAX_NAME),
        week: z.int(),
        reads: Hours,
        listenedMs: Hours,
        quietMs: Hours,
      }),
    )
    .max(MAX_LANES),
});

export interface QuietFile {
  /** Empty when there is none, or none that can be read. */
  load(): LearnedLanes;
  /** Whole on the disk, or as it was before. Throws what the disk says. */
  save(lanes: LearnedLanes): Promise<void>;
}

export function quietFile(path: string, log: Log): QuietFile {
  return {
    load() {
      try {
        return lanesIn(readFileSync(path, 'utf8'));
      } catch (error) {
        const isFirst = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!isFirst) log.warn('quiet.forgotten', { path, reason: reasonOf(error).slice(0, 200) });
        return new Map();
      }
    },
    async save(lanes) {
      await mkdir(dirname(path), { recursive: true });
      // One writer: the outbox's lock keeps a second bridge from this folder. What a kill leaves is written over.
      const temporary = `${path}.tmp`;
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(textOf(lanes));
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    },
  };
}

function lanesIn(text: string): LearnedLanes {
  const { lanes } = FileSchema.parse(JSON.parse(text));
  return new Map(lanes.map(({ name, ...lane }) => [name, lane]));
}

function textOf(lanes: LearnedLanes): string {
  const short = (values: readonly number[]) => values.map((value) => Number(value.toFixed(DIGITS)));
  const file: z.infer<typeof FileSchema> = {
    form: 1,
    lanes: [...lanes].map(([name, { week, reads, listenedMs, quietMs }]) => ({
      name,
      week,
      reads: short(reads),
      listenedMs: short(listenedMs),
      quietMs: short(quietMs),
    })),
  };
  return JSON.stringify(file);
}
