// The only place that builds keys. Every key is a non-empty string: AWS refuses an empty index key, some stand-ins do not.
import { type CameraId, type DetectionId, DetectionIdSchema } from '../detection/detection.ts';
import type { Plate } from '../detection/plate.ts';

/** Shortest prefix that can be looked up: the directory is partitioned by so many first characters. */
export const PREFIX_CHARACTERS = 3;

export type RowKey = { pk: string; sk: string };

/** A detection's place in any list: by instant, then by id, so that equal instants have one order too. */
export type Moment = { at: string; id: DetectionId };

export function detectionKey(id: DetectionId): RowKey {
  return { pk: `DET#${id}`, sk: 'DET' };
}

export function cameraPartition(camera: CameraId): string {
  return `CAMERA#${camera}`;
}

export function platePartition(plate: Plate): string {
  return `PLATE#${plate}`;
}

/**
 * Where an unread vehicle that lists do not show at the camera's own time stands by that time, since no plate finds it:
 * for the recorder alone.
 */
export function unreadPartition(camera: CameraId): string {
  return `UNREAD#${camera}`;
}

/** Sorts as text in the order of time, since `at` is fixed-width ISO. */
export function momentKey({ at, id }: Moment): string {
  return `${at}#${id}`;
}

/** Throws when `key` was not made by `momentKey`. */
export function parseMomentKey(key: string): Moment {
  const separator = key.indexOf('#');
  return { at: key.slice(0, separator), id: DetectionIdSchema.parse(key.slice(separator + 1)) };
}

/** Bounds for `sk BETWEEN`, both inclusive: every moment from `from` on and before `to`. */
export function momentBounds(from: string | undefined, to: string | undefined): { low: string; high: string } {
  // Moments begin with a digit and hold a '#' behind the instant: '0' sorts before all of them, ':' after all, and
  // the bare `<to>#` before every moment of that very instant.
  return { low: from === undefined ? '0' : `${from}#`, high: to === undefined ? ':' : `${to}#` };
}

/** Where the directory keeps this plate; null when it is too short for any prefix search to find. */
export function directoryKey(plate: Plate): RowKey | null {
  const partition = directoryPartition(plate);
  return partition === null ? null : { pk: partition, sk: plate };
}

/** The one partition that holds all plates with this prefix; null when the prefix is too short. */
export function directoryPartition(prefix: string): string | null {
  // By code points: half a surrogate pair cannot be written as UTF-8.
  const first = Array.from(prefix).slice(0, PREFIX_CHARACTERS);
  return first.length < PREFIX_CHARACTERS ? null : `PFX#${first.join('')}`;
}

export const CURSOR_SECRET_KEY: RowKey = { pk: 'SECRET#CURSOR', sk: 'SECRET' };
export const TICKET_SECRET_KEY: RowKey = { pk: 'SECRET#TICKET', sk: 'SECRET' };

/** The guard's row of one camera account. */
export function guardKey(camera: CameraId): RowKey {
  return { pk: cameraPartition(camera), sk: 'GUARD' };
}

/** What the bridge last said of one camera. */
export function cameraStateKey(camera: CameraId): RowKey {
  return { pk: cameraPartition(camera), sk: 'STATE' };
}

/** What the media process last said of one camera's video. */
export function videoStateKey(camera: CameraId): RowKey {
  return { pk: cameraPartition(camera), sk: 'VIDEO' };
}

/** What the bridge knows of one camera's memory of plates. */
export function memoryReportKey(camera: CameraId): RowKey {
  return { pk: cameraPartition(camera), sk: 'MEMORY' };
}

/** What a camera's memory told of one hour, by the instant at which that begins. */
export function hourAccountKey({ camera, hour }: { camera: CameraId; hour: string }): RowKey {
  return { pk: cameraPartition(camera), sk: `HOUR#${hour}` };
}

/** A camera's lens: who moves it, and until when. */
export function lensKey(camera: CameraId): RowKey {
  return { pk: cameraPartition(camera), sk: 'LENS' };
}

/** One thing asked of a camera's lens; sorts by its instant. */
export function moveKey({ camera, at, id }: { camera: CameraId; at: string; id: string }): RowKey {
  return { pk: `MOVES#${camera}`, sk: `${at}#${id}` };
}
