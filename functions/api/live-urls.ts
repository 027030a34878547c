import type { CameraId } from '../../shared/detection/detection.ts';
import { type StreamKind, streamName } from '../../shared/video/stream-name.ts';

/** Where viewers find the door, and the key that signs their tickets, which throws Busy or Broken. */
export type Live = {
  /** The door's public base URL, any prefix included, without a trailing slash. */
  url: string;
  ticketKey: () => Promise<Uint8Array>;
};

export type LiveUrls = { whep: string; hls: string };

/** The two ways to watch one stream; neither URL holds a token. */
export function liveUrls({ url }: Pick<Live, 'url'>, camera: CameraId, kind: StreamKind): LiveUrls {
  const stream = `${url}/${streamName(camera, kind)}`;
  return { whep: `${stream}/whep`, hls: `${stream}/index.m3u8` };
}
