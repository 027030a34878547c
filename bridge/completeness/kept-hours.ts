// One camera's hours: what its memory told of them to this process, and what the table has of it from earlier ones.
import type { CameraId } from '../../shared/detection/detection.ts';
import {
  emptyAccount,
  type HourAccount,
  type HourAccounts,
  hourOf,
  withRows,
} from '../../shared/store/completeness-accounts.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import { Busy } from '../../shared/support/errors.ts';

/** A day: what is watched over. */
export const WATCHED_HOURS = 24;
/** Hours that the table has not taken yet. Beyond it the oldest go; their reads are safe all the same. */
const MAX_UNWRITTEN_HOURS = 72;

type Kept = {
  account: HourAccount;
  /** What the table has is in `account`. */
  isLoaded: boolean;
  isChanged: boolean;
};

export class KeptHours {
  readonly #camera: CameraId;
  readonly #accounts: HourAccounts;
  readonly #kept = new Map<string, Kept>();

  constructor(camera: CameraId, accounts: HourAccounts) {
    this.#camera = camera;
    this.#accounts = accounts;
  }

  /** Hours whose account is as the table has it, newest first. */
  get accounts(): HourAccount[] {
    const loaded = [...this.#kept.values()].filter(({ isLoaded }) => isLoaded);
    return loaded.map(({ account }) => account).toSorted((a, b) => (a.hour > b.hour ? -1 : 1));
  }

  get hasUnwritten(): boolean {
    return [...this.#kept.values()].some(({ isChanged }) => isChanged);
  }

  /** What earlier processes wrote of these hours. */
  async load(from: string, to: string): Promise<void> {
    for (const account of await this.#accounts.between(this.#camera, from, to)) {
      if (!this.#kept.has(account.hour)) this.#kept.set(account.hour, { account, isLoaded: true, isChanged: false });
    }
  }

  /** Of one look into the memory. Returns the hours that were given up for want of room. */
  add(rows: readonly RememberedRow[], aheadMs: number | null): string[] {
    for (const [hour, told] of Map.groupBy(rows, ({ capturedAt }) => hourOf(capturedAt))) {
      const kept = this.#kept.get(hour) ?? { account: emptyAccount(hour), isLoaded: false, isChanged: false };
      const account = withRows(kept.account, { rows: told, aheadMs });
      kept.isChanged ||= account !== kept.account;
      kept.account = account;
      this.#kept.set(hour, kept);
    }
    const unwritten = [...this.#kept].filter(([, { isChanged }]) => isChanged).map(([hour]) => hour);
    const given = unwritten.toSorted().slice(0, Math.max(0, unwritten.length - MAX_UNWRITTEN_HOURS));
    for (const hour of given) this.#kept.delete(hour);
    return given;
  }

  /** Resolves when the table has all of it; throws Busy or Broken when it does not take one, which stays to be written. */
  async write(): Promise<void> {
    for (const [hour, kept] of this.#kept) if (kept.isChanged) await this.#writeHour(hour, kept);
    const watched = new Set(this.accounts.slice(0, WATCHED_HOURS).map(({ hour }) => hour));
    for (const [hour, { isChanged }] of this.#kept) if (!isChanged && !watched.has(hour)) this.#kept.delete(hour);
  }

  async #writeHour(hour: string, kept: Kept): Promise<void> {
    if (!kept.isLoaded) {
      const stored = (await this.#accounts.read(this.#camera, hour)) ?? emptyAccount(hour);
      kept.account = withRows(stored, kept.account);
      kept.isLoaded = true;
      kept.isChanged = kept.account !== stored;
      if (!kept.isChanged) return;
    }
    const before = kept.account;
    const written = await this.#accounts.write(this.#camera, before);
    if (written === null) {
      kept.isLoaded = false;
      throw new Busy('internal', 'could not keep what a camera remembers: another bridge has written it');
    }
    // Rows may have come meanwhile.
    kept.isChanged = kept.account !== before;
    kept.account = kept.isChanged ? { ...kept.account, version: written.version } : written;
  }
}
