// Which rows of an hour the table lacks, and which of those have been lacking for longer than a sweep takes to bring them.
import type { CameraId } from '../../shared/detection/detection.ts';
import { TWIN_WITHIN_MS } from '../../shared/detection/twin.ts';
import type { PicName } from '../../shared/isapi/plates/pic-name.ts';
import type { HourAccount } from '../../shared/store/completeness-accounts.ts';
import { rowsWithoutRead } from '../../shared/store/completeness-comparison.ts';
import { isFarOff, type StoredReads, spansOf } from '../../shared/store/completeness-reads.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import type { Moment } from '../../shared/store/keys.ts';

/** Rows that are looked for one by one, where the timeline does not have their ids. */
const MAX_LOOKED_FOR = 1_000;
/** By how much a clock that is far off may have been measured differently for a read and its row. */
const MEASURED_WITHIN_MS = 60_000;

type Hour = { camera: CameraId; account: HourAccount; due: readonly RememberedRow[]; reads: StoredReads };

/** Those of `due` that no stored read tells of. One question to the timeline, and more only where that leaves doubt. */
export async function missingRows({ camera, account, due, reads }: Hour): Promise<RememberedRow[]> {
  if (due.length === 0) return [];
  const moments = await reads.moments(camera, spansOf(account));
  const ids = new Set(moments.map(({ id }) => id));
  // Unread plates never have their row's id, and times may differ by a second.
  const unseen = due.filter(({ id }) => !ids.has(id));
  if (unseen.length === 0) return [];
  const lookedFor = unseen.slice(0, MAX_LOOKED_FOR);
  const near = moments.filter(isNear(lookedFor, account.aheadMs)).map(({ id }) => id);
  const stored = await reads.fetch([...lookedFor.map(({ id }) => id), ...near]);
  return [
    ...rowsWithoutRead({ camera, rows: lookedFor, among: account.rows, reads: stored }),
    ...unseen.slice(MAX_LOOKED_FOR),
  ];
}

function isNear(rows: readonly RememberedRow[], aheadMs: number | null): (moment: Moment) => boolean {
  const instants = rows.map(({ capturedAt }) => Date.parse(capturedAt));
  const within = (at: number, ms: number) => instants.some((instant) => Math.abs(instant - at) <= ms);
  return ({ at }) => {
    const moment = Date.parse(at);
    if (within(moment, TWIN_WITHIN_MS)) return true;
    return isFarOff(aheadMs) && within(moment + aheadMs, TWIN_WITHIN_MS + MEASURED_WITHIN_MS);
  };
}

export class MissingRows {
  readonly #since = new Map<string, Map<PicName, number>>();
  #lookedAt: number | null = null;

  /** What a look at the hour found. */
  found(hour: string, missing: readonly RememberedRow[], now: number): void {
    const before = this.#since.get(hour);
    this.#since.set(hour, new Map(missing.map(({ picName }) => [picName, before?.get(picName) ?? now])));
    this.#lookedAt = now;
  }

  /** Of hours that are watched no more nothing is told. */
  watchOnly(hours: ReadonlySet<string>): void {
    for (const hour of this.#since.keys()) if (!hours.has(hour)) this.#since.delete(hour);
  }

  get hours(): string[] {
    return [...this.#since].filter(([, rows]) => rows.size > 0).map(([hour]) => hour);
  }

  /** Rows that were missing at one look and still at the last one, `ms` or more later; null before the first look. */
  lackingFor(ms: number): number | null {
    const lookedAt = this.#lookedAt;
    if (lookedAt === null) return null;
    const since = [...this.#since.values()].flatMap((rows) => [...rows.values()]);
    return since.filter((first) => lookedAt - first >= ms).length;
  }
}
