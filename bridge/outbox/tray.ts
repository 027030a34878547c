// One folder of the outbox: reads lie in one tray, reads with their pictures in the other. Memory holds only entries.
import { basename, join } from 'node:path';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { Bell } from './bell.ts';
import { type Disk, isPassing } from './disk.ts';
import { type Contents, decodeEntry, type Entry, encodeEntry, entryName, parseEntryName } from './entry.ts';
import { groupSync } from './group-sync.ts';

/** Newest first keeps screens fresh; every fifth place goes to the oldest, so that nothing starves. */
const OLDEST_EVERY = 5;
const MICROSECONDS_PER_MS = 1000;

export type TrayOptions = {
  folder: string;
  /** Where what can never be sent goes. */
  badFolder: string;
  /** A message cannot be read any more; nobody knows which it was. Called before it is set aside. */
  onDamaged?: (() => Promise<void>) | undefined;
  disk: Disk;
  clock: Pick<Clock, 'now'>;
  log: Log;
};

export class Tray {
  readonly #options: TrayOptions;
  readonly #syncFolder: () => Promise<void>;
  readonly #bell = new Bell();
  /** Oldest first. */
  #waiting: Entry[] = [];
  /** Taken by a sender, neither removed nor put back yet. */
  readonly #held = new Set<Entry>();
  #lastSeq = 0;
  #places = 0;
  #bytes = 0;
  #badSinceOpen = { files: 0, bytes: 0 };

  constructor(options: TrayOptions) {
    this.#options = options;
    this.#syncFolder = groupSync(() => options.disk.syncFolder(options.folder));
  }

  /** Finds what an earlier process left, and sweeps what it had not finished writing. */
  async open(): Promise<void> {
    const { disk, folder } = this.#options;
    await disk.makeFolder(folder);
    for (const name of await disk.list(folder)) {
      if (name.endsWith('.tmp')) await this.#sweepAway(name);
      const entry = parseEntryName(name);
      if (entry === null) continue;
      this.#waiting.push(entry);
      this.#bytes += entry.bytes;
    }
    this.#waiting.sort((a, b) => a.seq - b.seq);
    this.#lastSeq = this.#waiting.at(-1)?.seq ?? 0;
  }

  /** Messages not yet delivered, those on their way included. */
  get count(): number {
    return this.#waiting.length + this.#held.size;
  }

  /** Bytes of all its files, those being written included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that dropOldest could free now. */
  get waitingBytes(): number {
    return this.#waiting.reduce((sum, entry) => sum + entry.bytes, 0);
  }

  get bad(): { files: number; bytes: number } {
    return { ...this.#badSinceOpen };
  }

  /** Milliseconds since 1970 when the oldest undelivered message was kept. */
  get oldestAt(): number | null {
    const seqs = [...this.#held, ...this.#waiting.slice(0, 1)].map(({ seq }) => seq);
    return seqs.length === 0 ? null : Math.floor(Math.min(...seqs) / MICROSECONDS_PER_MS);
  }

  /** Resolves when the message would survive kill -9 and a power cut. */
  async keep(contents: Contents): Promise<void> {
    const { disk, folder } = this.#options;
    const file = encodeEntry(contents);
    const entry: Entry = { seq: this.#nextSeq(), bytes: file.length, pictures: contents.pictures.length };
    const path = join(folder, entryName(entry));
    this.#bytes += entry.bytes;
    try {
      await disk.write(`${path}.tmp`, file);
      await disk.rename(`${path}.tmp`, path);
      await this.#syncFolder();
    } catch (error) {
      this.#bytes -= entry.bytes;
      await Promise.allSettled([disk.remove(`${path}.tmp`), disk.remove(path)]);
      throw error;
    }
    this.#insert(entry);
  }

  /** Resolves when something waits to be taken, or when `signal` aborts. */
  async arrival(signal: AbortSignal): Promise<void> {
    while (this.#waiting.length === 0 && !signal.aborted) await this.#bell.heard(signal);
  }

  /** Up to `max` entries, which are then the caller's to remove, put back or set bad. */
  take(max: number): Entry[] {
    const taken: Entry[] = [];
    while (taken.length < max) {
      this.#places += 1;
      const entry = this.#places % OLDEST_EVERY === 0 ? this.#waiting.shift() : this.#waiting.pop();
      if (entry === undefined) break;
      this.#held.add(entry);
      taken.push(entry);
    }
    return taken;
  }

  putBack(entry: Entry): void {
    if (this.#held.delete(entry)) this.#insert(entry);
  }

  /** Null when the file is corrupt; it then lies in the bad folder. */
  async read(entry: Entry): Promise<Contents | null> {
    const { disk, folder } = this.#options;
    try {
      return decodeEntry(await disk.read(join(folder, entryName(entry))));
    } catch (error) {
      if (isPassing(error)) throw error;
      // Before, so that a kill in between finds it damaged once more.
      await this.#tellDamage();
      await this.setBad(entry, reasonOf(error));
      return null;
    }
  }

  /** Delivered. A file that cannot be removed is delivered again after the next start, which changes no row. */
  async remove(entry: Entry): Promise<void> {
    this.#forget(entry);
    await this.#unlink(entry);
  }

  /** Takes the oldest that nobody is sending off the disk; null when there is none. */
  async dropOldest(): Promise<Entry | null> {
    const entry = this.#waiting.shift();
    if (entry === undefined) return null;
    this.#forget(entry);
    await this.#unlink(entry);
    return entry;
  }

  /** Out of the way for good, but kept for a person to look at. Never throws. */
  async setBad(entry: Entry, why: string): Promise<void> {
    const { disk, folder, badFolder, log } = this.#options;
    this.#forget(entry);
    this.#badSinceOpen.files += 1;
    this.#badSinceOpen.bytes += entry.bytes;
    const name = entryName(entry);
    const fields = { tray: basename(folder), file: name, why };
    try {
      await disk.rename(join(folder, name), join(badFolder, `${basename(folder)}-${name}`));
      log.error('outbox.entry.bad', fields);
    } catch (error) {
      log.error('outbox.entry.lost', { ...fields, reason: reasonOf(error) });
    }
  }

  /** Something that is no file of ours and cannot be removed, such as a folder, must not keep the bridge from starting. */
  async #sweepAway(name: string): Promise<void> {
    const { disk, folder, badFolder, log } = this.#options;
    try {
      await disk.remove(join(folder, name));
    } catch (error) {
      const fields = { tray: basename(folder), file: name, reason: reasonOf(error) };
      log.error('outbox.leftover.bad', fields);
      await disk.rename(join(folder, name), join(badFolder, `${basename(folder)}-${name}`)).catch((cause: unknown) => {
        log.error('outbox.leftover.stays', { ...fields, reason: reasonOf(cause) });
      });
    }
  }

  /** What could not be told on disk is told in memory all the same, and holds up no other read. */
  async #tellDamage(): Promise<void> {
    const { folder, log, onDamaged } = this.#options;
    try {
      await onDamaged?.();
    } catch (error) {
      log.error('outbox.damage.untold', { tray: basename(folder), reason: reasonOf(error) });
    }
  }

  #nextSeq(): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, Math.floor(this.#options.clock.now()) * MICROSECONDS_PER_MS);
    return this.#lastSeq;
  }

  #insert(entry: Entry): void {
    const later = this.#waiting.findLastIndex(({ seq }) => seq < entry.seq) + 1;
    this.#waiting.splice(later, 0, entry);
    this.#bell.ring();
  }

  #forget(entry: Entry): void {
    this.#held.delete(entry);
    this.#bytes -= entry.bytes;
  }

  async #unlink(entry: Entry): Promise<void> {
    const { disk, folder, log } = this.#options;
    try {
      await disk.remove(join(folder, entryName(entry)));
    } catch (error) {
      log.warn('outbox.remove.failed', { tray: basename(folder), reason: reasonOf(error) });
    }
  }
}
