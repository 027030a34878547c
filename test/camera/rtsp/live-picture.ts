// What the camera sees: one clip in a loop, as a live picture that runs on whether anybody looks or not. A viewer gets
// it from the next key frame on. Timers run only while somebody plays.
import { type ClipName, clip, FRAMES_PER_SECOND, type Frame, KEY_FRAME_EVERY } from './clip.ts';
import { RTP_CLOCK_HZ } from './rtp.ts';

const FRAME_MS = 1000 / FRAMES_PER_SECOND;
const TICKS_PER_FRAME = RTP_CLOCK_HZ / FRAMES_PER_SECOND;
/** A machine that was away for longer goes on with the picture of now. */
const MAX_FRAMES_LATE = 2 * FRAMES_PER_SECOND;

export type Viewer = {
  /** `timestamp` in ticks of the video clock since the camera's start. @returns whether it was sent */
  see(frame: Frame, timestamp: number): boolean;
};

export type LivePicture = {
  /** @returns how to leave */
  join(viewer: Viewer): () => void;
  /** The clock's ticks now. */
  ticksNow(): number;
};

/** `onSent` hears the index of each picture that somebody was sent, at that moment. */
export function livePicture(name: ClipName, startedAt: number, onSent: (index: number) => void): LivePicture {
  const viewers = new Set<Viewer>();
  let timer: NodeJS.Timeout | undefined;
  let next = 0;

  const sinceStart = () => performance.now() - startedAt;

  function show(): void {
    const { frames } = clip(name);
    const due = Math.floor(sinceStart() / FRAME_MS);
    if (due - next > MAX_FRAMES_LATE) next = due - (due % KEY_FRAME_EVERY);
    for (; next <= due; next += 1) {
      const place = next % frames.length;
      const frame = frames[place];
      if (frame !== undefined) send(frame, (next - place + frame.index) * TICKS_PER_FRAME);
    }
    if (viewers.size > 0) timer = setTimeout(show, Math.max(0, next * FRAME_MS - sinceStart()));
  }

  function send(frame: Frame, timestamp: number): void {
    const sent = [...viewers].map((viewer) => viewer.see(frame, timestamp));
    if (sent.includes(true)) onSent(frame.index);
  }

  return {
    join(viewer) {
      viewers.add(viewer);
      if (viewers.size === 1) {
        next = Math.ceil(sinceStart() / FRAME_MS);
        timer = setTimeout(show, Math.max(0, next * FRAME_MS - sinceStart()));
      }
      return () => {
        viewers.delete(viewer);
        if (viewers.size === 0) clearTimeout(timer);
      };
    },
    ticksNow: () => Math.floor((sinceStart() * RTP_CLOCK_HZ) / 1000),
  };
}
