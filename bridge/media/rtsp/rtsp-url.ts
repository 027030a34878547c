import { isIPv6 } from 'node:net';
import type { StreamKind } from '../../../shared/video/stream-name.ts';

export type RtspAddress = { host: string; rtspPort: number };

/** Where the camera has the stream (ISAPI.md 10.4). */
const PATHS: Record<StreamKind, string> = { main: '/Streaming/Channels/101', sub: '/Streaming/Channels/102' };

export function rtspPath(kind: StreamKind): string {
  return PATHS[kind];
}

/** Without credentials: what a request names and what its digest covers. */
export function rtspUrl({ host, rtspPort }: RtspAddress, kind: StreamKind): string {
  return `rtsp://${isIPv6(host) ? `[${host}]` : host}:${rtspPort}${rtspPath(kind)}`;
}
