// A camera's stream as MediaMTX is told of it (MEDIAMTX.md 1 and 4).
import { isIPv6 } from 'node:net';
import type { PathSource } from './media-api.ts';

/** Shorter than the pause of 5 s before MediaMTX tries again: one wake-up is one login. */
export const START_TIMEOUT_MS = 4_000;
const CLOSE_AFTER_MS = 30_000;
/** More than the door lets in for one stream. */
const MAX_READERS = 100;

export function pathBody(source: PathSource) {
  return {
    source: sourceUrl(source),
    sourceOnDemand: true,
    sourceOnDemandStartTimeout: `${START_TIMEOUT_MS / 1000}s`,
    sourceOnDemandCloseAfter: `${CLOSE_AFTER_MS / 1000}s`,
    rtspTransport: 'tcp',
    maxReaders: MAX_READERS,
  };
}

function sourceUrl({ host, rtspPort, rtspPath, user, password }: PathSource): string {
  const authority = `${percentEncoded(user)}:${percentEncoded(password.reveal())}`;
  return `rtsp://${authority}@${isIPv6(host) ? `[${host}]` : host}:${rtspPort}${rtspPath}`;
}

/** Every character that means something in a URL; the five that encodeURIComponent lets through as well. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
