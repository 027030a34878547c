import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { type RtspAddress, rtspPath, rtspUrl } from '../../media/rtsp/rtsp-url.ts';

const MAX_CHARACTERS = 512;
/** What may stand in a request line. */
const PLAIN = /^[\x21-\x7e]+$/;

/**
 * Where the first video medium of a description is set up. A camera behind a router names its inside address there; it is
 * asked for at the outside one, as MediaMTX does.
 */
export function videoControl(description: string, address: RtspAddress, kind: StreamKind): string {
  const base = rtspUrl(address, kind);
  const control = controlIn(description);
  if (control === null || control === '*' || control.length > MAX_CHARACTERS || !PLAIN.test(control)) return base;
  if (!/^rtsp:/i.test(control)) return `${base}/${control.replace(/^\/+/, '')}`;
  const named = URL.parse(control);
  return named === null ? base : base.slice(0, -rtspPath(kind).length) + named.pathname + named.search;
}

function controlIn(description: string): string | null {
  const [, video = ''] = description.split(/^(?=m=video )/m);
  const [medium = ''] = video.split(/^(?=m=(?!video ))/m);
  return /^a=control:[ \t]*(\S+)/m.exec(medium)?.[1] ?? null;
}
