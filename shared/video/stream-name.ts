// A camera's two streams, by the names that viewers, MediaMTX and the API know: `gate-main`, `gate-sub`.
import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../detection/detection.ts';

/** `main` 1920x1080 for a close look, `sub` 704x576 for the lane in a page. */
export type StreamKind = 'main' | 'sub';
export const STREAM_KINDS: readonly StreamKind[] = ['main', 'sub'];

export type StreamName = string & { readonly __brand: 'StreamName' };

const NAME = /^(.+)-(main|sub)$/;

export const StreamNameSchema = z.custom<StreamName>(
  (text) => typeof text === 'string' && CameraIdSchema.safeParse(NAME.exec(text)?.[1]).success,
  'is no stream: <camera>-main or <camera>-sub',
);

export function streamName(camera: CameraId, kind: StreamKind): StreamName {
  return StreamNameSchema.parse(`${camera}-${kind}`);
}

export function partsOf(stream: StreamName): { camera: CameraId; kind: StreamKind } {
  const end = stream.lastIndexOf('-');
  return { camera: CameraIdSchema.parse(stream.slice(0, end)), kind: stream.endsWith('-main') ? 'main' : 'sub' };
}
