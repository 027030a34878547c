// Which question comes next, from page to page through the camera's memory, so that no row stays behind a page.
//
// A camera lists what is named later than it was asked for, as it has stored it, and so many rows at most. While its clock
// runs on, the end of a page is where the next one begins. Where the clock was set back, rows of lower names stand behind
// those of the hour before, and a question from among these never finds them. Where one answer holds fewer rows than the
// camera had named in the time that it went back, no question does (named-twice.ts says so).
import {
  comparePicNames,
  earlierPicName,
  laterPicName,
  type PicName,
  wallMsOf,
} from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';

/** Of the most rows that one answer had: one with fewer was not cut. Rows differ in length, so answers may too. */
const CUT_SHARE = 0.75;

export type WalkFrom = {
  after: PicName;
  /** No row is named later yet, as far as the camera's clock was not set back; null where nobody knows. */
  latest?: PicName | null;
  /** Where rows that were named since it was set back may begin: asked from there, too. */
  marks?: readonly PicName[];
  /**
   * A page that may have been cut is followed by one from its middle, for what was stored after a clock was set back
   * behind up to half a page. Asks twice as often.
   */
  overlaps?: boolean;
};

/** `inOrder`: named after all rows that stand before it. */
export type HeardRow = { row: PlateRow; inOrder: boolean };

export class PageWalk {
  readonly #latest: PicName | null;
  readonly #overlaps: boolean;
  #marks: readonly PicName[];
  /** By what no two rows share: two vehicles of one moment may bear one name. */
  #seen = new Set<string>();
  /** Of the last answer. */
  #heard: readonly string[] = [];
  #top: PicName;
  #highest: PicName | null = null;
  #largest = 0;
  readonly #inOrder: PicName[] = [];
  /** Rows of the answer from whose end or middle this question goes on; 0 where it does not. */
  #before = 0;
  /** What to ask for: rows of later names. */
  after: PicName;
  /** The camera has no more. */
  isOver = false;
  questions = 0;
  rows = 0;
  /** Rows of the longest answer that was cut, for more came after it; null while none was. */
  answerHolds: number | null = null;

  constructor({ after, latest = null, marks = [], overlaps = false }: WalkFrom) {
    this.after = after;
    this.#top = after;
    this.#latest = latest;
    this.#marks = marks.toSorted(comparePicNames);
    this.#overlaps = overlaps;
  }

  /** A sweep begins, or goes on where the one before was broken off: half of that one's last page may come again. */
  begin(): void {
    this.#seen = new Set(this.#heard);
  }

  /** Where it stands. Called, it stands there again and has heard nothing of late: for rows that could not be kept. */
  here(): () => void {
    const { after, isOver, rows } = this;
    const [marks, highest] = [this.#marks, this.#highest];
    const [before, named] = [this.#before, this.#inOrder.length];
    return () => {
      this.after = after;
      this.isOver = isOver;
      this.rows = rows;
      this.#marks = marks;
      this.#highest = highest;
      this.#before = before;
      this.#inOrder.length = named;
      this.#seen = new Set();
      this.#heard = [];
    };
  }

  /** Takes the answer to `after`, in its order, and moves on. Returns what no answer of this sweep had yet. */
  hear(answer: readonly PlateRow[]): HeardRow[] {
    this.questions += 1;
    // Cameras append rows that nobody asked for (ISAPI.md 9).
    const listed = answer.filter(({ picName }) => comparePicNames(picName, this.after) > 0);
    const heard: HeardRow[] = [];
    for (const row of listed) {
      if (this.#seen.has(keyOf(row))) continue;
      this.#seen.add(keyOf(row));
      const inOrder = this.#highest === null || comparePicNames(row.picName, this.#highest) > 0;
      heard.push({ row, inOrder });
      if (inOrder) this.#inOrder.push(row.picName);
      this.#highest = laterPicName(this.#highest ?? row.picName, row.picName);
      this.#top = laterPicName(this.#top, row.picName);
    }
    this.#heard = listed.map(keyOf);
    this.rows += heard.length;
    if (heard.length > 0 && this.#before > 0) this.answerHolds = Math.max(this.answerHolds ?? 0, this.#before);
    this.#before = listed.length;
    this.#moveOn(listed, heard);
    return heard;
  }

  /** Of the rows named after all before them, later than `from` and up to `to`: the most within any `spanMs`. */
  mostWithin(from: PicName, to: PicName, spanMs: number): number {
    const times = this.#inOrder
      .filter((name) => comparePicNames(name, from) > 0 && comparePicNames(name, to) <= 0)
      .map(wallMsOf);
    let most = 0;
    let first = 0;
    for (const [n, time] of times.entries()) {
      while ((times[first] ?? time) < time - spanMs) first += 1;
      most = Math.max(most, n + 1 - first);
    }
    return most;
  }

  #moveOn(listed: readonly PlateRow[], heard: readonly HeardRow[]): void {
    if (listed.length === 0 && this.after === this.#top) this.isOver = true;
    else this.after = this.#overlaps ? this.#overlapping(listed) : this.#adjoining(listed, heard);
  }

  /** The end of a page need not be its highest name: what follows a clock set back is found only from there. */
  #adjoining(listed: readonly PlateRow[], heard: readonly HeardRow[]): PicName {
    const wasSetBack = this.#latest !== null && comparePicNames(this.#top, this.#latest) > 0;
    const [mark, ...marks] = wasSetBack ? this.#marks : [];
    if (mark !== undefined) {
      this.#marks = marks;
      this.#before = 0;
    }
    return mark ?? (heard.length > 0 ? listed.at(-1)?.picName : undefined) ?? this.#top;
  }

  /** Later than `after`, always: a walk comes to its end. */
  #overlapping(listed: readonly PlateRow[]): PicName {
    this.#largest = Math.max(this.#largest, listed.length);
    const middle = listed[Math.ceil(listed.length / 2) - 1]?.picName;
    const last = listed.at(-1)?.picName;
    if (middle === undefined || last === undefined) return this.#top;
    return listed.length > this.#largest * CUT_SHARE ? earlierPicName(middle, last) : this.#top;
  }
}

function keyOf({ picName, plateAsRead, lane }: PlateRow): string {
  return `${picName} ${plateAsRead} ${lane}`;
}
