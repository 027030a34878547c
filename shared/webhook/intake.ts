// What one push says: every body form of ISAPI.md 5.1, read into Detections with their pictures. Names and types of parts
// are not trusted; what is no plate is counted and ignored.

import type { CameraId, Detection } from '../detection/detection.ts';
import { type Assembled, EventAssembly } from '../detection/event-assembly.ts';
import { readAlert } from '../isapi/alert/alert.ts';
import { kindOf } from '../isapi/multipart/part-body.ts';
import { NO_HEADERS, type PartHeaders } from '../isapi/multipart/part-headers.ts';
import { MultipartReader } from '../isapi/multipart/reader.ts';
import { withPictures } from '../pictures/describe-picture.ts';
import { GateError } from '../support/errors.ts';
import { cameraOfPush, type PushingCamera } from './push-source.ts';

/** Largest push taken: two JPEGs of a few hundred kB are usual, and Lambda's own ceiling is about 4.4 MB (aws.md 1.1). */
export const MAX_PUSH_BYTES = 4 * 1024 * 1024;
/** More parts than any alert has; a flood of tiny ones is cut here. */
const MAX_PARTS = 64;

export type PushedRead = { detection: Detection; bytesByKey: Map<string, Uint8Array> };
export type PushContents = {
  reads: PushedRead[];
  /** Other events and heartbeats. */
  ignored: number;
  /** What was wrong with parts, one entry a kind: a push of ten thousand bad parts is one line of the log. */
  faults: PushFault[];
};
export type PushFault = { fault: string; reason: string; count: number };

type Part = { headers: PartHeaders; body: Buffer };
export type PushBody = {
  contentType: string;
  body: Buffer;
  candidates: readonly PushingCamera[];
  /** UTC milliseconds. */
  receivedAt: number;
  /** The camera's clock minus ours in ms, as its heartbeats tell it; null where nobody has heard any. */
  clockOffsetOf?: (camera: CameraId) => number | null;
};

export function readPush({ contentType, body, candidates, receivedAt, clockOffsetOf }: PushBody): PushContents {
  const contents: PushContents = { reads: [], ignored: 0, faults: [] };
  const parts = partsOf(contentType, body, contents.faults);
  const camera = cameraOfPush(candidates, macIn(parts));
  if (camera === null) {
    if (parts.length > 0)
      addFault(contents.faults, 'camera_unknown', 'several cameras push from this address and the event names none');
    return contents;
  }
  const arrival = {
    camera: camera.id,
    source: 'webhook' as const,
    receivedAt,
    timeZone: camera.timeZone,
    clockOffsetMs: clockOffsetOf?.(camera.id) ?? null,
  };
  const assembly = new EventAssembly(() => arrival);
  for (const part of parts) collect(assembly.take(part), contents);
  collect(assembly.flush(), contents);
  return contents;
}

function partsOf(contentType: string, body: Buffer, faults: PushFault[]): Part[] {
  const trimmed = kindOf(body);
  if (trimmed === null) return [];
  // A bare document or picture, whatever a proxy made of its Content-Type.
  if (trimmed !== 'other' || body[0] === 0x7b) return [{ headers: NO_HEADERS, body }];
  const reader = new MultipartReader(contentType, { maxPartBytes: MAX_PUSH_BYTES });
  const parts: Part[] = [];
  for (const output of [...reader.push(body), ...reader.end()]) {
    if (output.type === 'part') parts.push(output);
    else addFault(faults, output.fault, `${output.bytes} bytes`);
  }
  const beyond = parts.length - MAX_PARTS;
  if (beyond > 0) addFault(faults, 'too_many_parts', `${beyond} parts beyond ${MAX_PARTS} were not read`);
  // Some firmware sends the pictures before the event they belong to.
  const kept = parts.slice(0, MAX_PARTS);
  const isPicture = (part: Part) => kindOf(part.body) === 'picture';
  return kept[0] && isPicture(kept[0]) ? [...kept.filter((p) => !isPicture(p)), ...kept.filter(isPicture)] : kept;
}

function macIn(parts: readonly Part[]): string {
  for (const { body } of parts) {
    if (kindOf(body) === 'picture') continue;
    try {
      return readAlert(body).macAddress;
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
    }
  }
  return '';
}

function collect(assembled: readonly Assembled[], contents: PushContents): void {
  for (const item of assembled) {
    if (item.type === 'read') contents.reads.push({ detection: item.detection, bytesByKey: new Map() });
    else if (item.type === 'pictures') addPictures(contents.reads, withPictures(item.detection, item.pictures));
    else if (item.type === 'fault') addFault(contents.faults, item.fault, item.reason);
    else contents.ignored += 1;
  }
}

function addFault(faults: PushFault[], fault: string, reason: string): void {
  const known = faults.find((seen) => seen.fault === fault);
  if (known) known.count += 1;
  else faults.push({ fault, reason, count: 1 });
}

function addPictures(reads: PushedRead[], whole: PushedRead): void {
  const read = reads.findLast(({ detection }) => detection.id === whole.detection.id);
  if (!read) return;
  read.detection = { ...read.detection, pictures: [...read.detection.pictures, ...whole.detection.pictures] };
  for (const [key, bytes] of whole.bytesByKey) read.bytesByKey.set(key, bytes);
}
