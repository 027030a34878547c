import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { StreamFacts } from '../rtsp/probe-stream.ts';
import { codecRefusal } from './codec-refusal.ts';
import type { WatchedStream } from './watched-stream.ts';

/** A stream as people see it. */
export type StreamView = {
  stream: StreamName;
  /** It plays. */
  ready: boolean;
  /** It stood still for 10 s, and has not played since. */
  stalled: boolean;
  /** Codec names while it plays: `H264`, `G711`. */
  tracks: string[];
  /** Readers in MediaMTX; all viewers by HLS are one of them, or one each, as its version has it. */
  viewers: { webrtc: number; hls: number; rtsp: number };
  /** Since MediaMTX opened the path. */
  bytesReceived: number;
  bytesSent: number;
  /** How often it was opened anew because it stood still. */
  stalls: number;
  /** How often it ended by itself while it played, stalls included. */
  restarts: number;
  /** A sentence when it cannot be watched, or not in every way. */
  reason: string | null;
  code: string | null;
  facts: StreamFacts | null;
};

export function streamView(target: WatchedStream): StreamView {
  const { stream, seen, isStalled, stalls, restarts, facts } = target;
  const refusal = codecRefusal(target, 'webrtc');
  const trouble = target.trouble ?? (refusal && { reason: refusal.message, code: refusal.code });
  const count = (type: RegExp) => seen?.readers.filter((reader) => type.test(reader.type)).length ?? 0;
  return {
    stream,
    ready: seen?.ready ?? false,
    stalled: isStalled,
    tracks: seen?.tracks ?? [],
    viewers: { webrtc: count(/^webrtc/i), hls: count(/^hls/i), rtsp: count(/^rtsp/i) },
    bytesReceived: seen?.bytesReceived ?? 0,
    bytesSent: seen?.bytesSent ?? 0,
    stalls,
    restarts,
    reason: trouble?.reason ?? null,
    code: trouble?.code ?? null,
    facts,
  };
}
