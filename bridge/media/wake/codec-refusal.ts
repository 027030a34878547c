// Who would only see black is told so, with what to change on the camera (MEDIAMTX.md 2 and 6).
import { Rejected } from '../../../shared/support/errors.ts';
import type { WatchedStream } from './watched-stream.ts';

export type Wanted = 'webrtc' | 'hls' | 'rtsp';

/** Null when this kind of viewer can show the stream; else Rejected `not_supported`. */
export function codecRefusal({ stream, facts, isReordered }: Coded, wanted: Wanted): Rejected | null {
  const refuse = (why: string) => new Rejected('not_supported', `could not show ${stream}: ${why}`);
  if (wanted === 'rtsp' || facts === null) return null;
  const { codec } = facts;
  if (codec === 'none') return refuse('the camera sends no video in this stream');
  if (codec === 'other') return refuse('browsers cannot show its codec; set the stream to H.264 on the camera');
  if (wanted === 'hls') return null;
  if (codec === 'H265') {
    return refuse('it is H.265, which browsers do not play by WebRTC; set the stream to H.264 on the camera');
  }
  if (facts.bFrames === 'some' || isReordered) {
    return refuse(
      'it has B-frames, which WebRTC cannot carry; set the stream to the profile Baseline, or switch B-frames off, on the camera',
    );
  }
  return null;
}

type Coded = Pick<WatchedStream, 'stream' | 'facts' | 'isReordered'>;
