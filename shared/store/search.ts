import type { CameraId } from '../detection/detection.ts';
import type { Plate } from '../detection/plate.ts';
import { Rejected } from '../support/errors.ts';
import type { Order } from './entries.ts';
import { PREFIX_CHARACTERS } from './keys.ts';
import { MAX_ROWS } from './rows.ts';

/** Timelines merged for one list; beyond it a caller must name fewer. */
const MAX_MERGED_CAMERAS = 50;
export const MAX_LIMIT = MAX_ROWS;

export type Search = {
  /** Whose detections; needed unless a plate or a prefix leads the way. */
  cameras?: readonly CameraId[] | undefined;
  plate?: Plate | undefined;
  /** Beginning of a normalised plate, at least PREFIX_CHARACTERS characters. */
  prefix?: string | undefined;
  /** Instant (ISO, UTC, milliseconds), inclusive. */
  from?: string | undefined;
  /** Instant, exclusive. */
  to?: string | undefined;
  /** Items per page, 1 to MAX_LIMIT. */
  limit: number;
  /** `desc`: newest first. */
  order: Order;
  cursor?: string | undefined;
};

/** Throws Rejected `invalid_request`, naming what this search lacks or has too much of. */
export function checkSearch({ cameras, plate, prefix, limit }: Search): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw refused(`limit is not 1 to ${MAX_LIMIT}`);
  if (plate !== undefined && prefix !== undefined) throw refused('it names both a plate and a prefix');
  if (prefix !== undefined && Array.from(prefix).length < PREFIX_CHARACTERS) {
    throw refused(`a prefix needs at least ${PREFIX_CHARACTERS} characters`);
  }
  if (plate !== undefined || prefix !== undefined) return;
  if (cameras === undefined || cameras.length === 0) throw refused('it names no camera');
  if (cameras.length > MAX_MERGED_CAMERAS) throw refused(`more than ${MAX_MERGED_CAMERAS} cameras; name one`);
}

/** One text for one search, whatever its page: what a cursor is bound to. */
export function canonicalSearch({ cameras, plate, prefix, from, to, order }: Search): string {
  return JSON.stringify([[...(cameras ?? [])].sort(), plate ?? null, prefix ?? null, from ?? null, to ?? null, order]);
}

function refused(why: string): Rejected {
  return new Rejected('invalid_request', `could not list detections: ${why}`);
}
