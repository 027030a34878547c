// MediaMTX's log, as far as a stream's fate is told nowhere else (MEDIAMTX.md 4).
import type { Log } from '../../../shared/support/log.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { MediaLine } from '../mediamtx/media-line.ts';
import type { WatchedStream } from './watched-stream.ts';
import type { Withdrawal } from './withdrawal.ts';

/** Sessions whose stream is remembered, in case they end for its B-frames. */
const MAX_SESSIONS = 1_000;
/** The camera chooses some of the words. */
const MAX_REASON = 200;

type Dependencies = { watched: ReadonlyMap<StreamName, WatchedStream>; withdrawal: Withdrawal; log: Log };

export function followLines({ watched, withdrawal, log }: Dependencies): (line: MediaLine) => void {
  const readBy = new Map<string, StreamName>();

  /** A source that failed sends no second login by itself; whoever comes next is proven anew. */
  function failed(target: WatchedStream, reason: string): void {
    const { stream, seen } = target;
    const hadPlayed = seen?.ready === true;
    if (hadPlayed) target.restarts += 1;
    log.warn('video.source_failed', { stream, hadPlayed, reason });
    target.trouble = { reason: `the camera's stream failed: ${reason}`, code: 'camera_unreachable' };
    withdrawal.takeOut(target);
  }

  function remember(session: string, stream: StreamName): void {
    readBy.set(session, stream);
    const [oldest] = readBy.keys();
    if (readBy.size > MAX_SESSIONS && oldest !== undefined) readBy.delete(oldest);
  }

  function reordered(session: string): void {
    const stream = readBy.get(session);
    const target = stream === undefined ? undefined : watched.get(stream);
    if (target === undefined || target.isReordered) return;
    target.isReordered = true;
    log.warn('video.reordered', { stream: target.stream });
  }

  function stopped(target: WatchedStream, reason: string): void {
    if (reason === 'timed out') failed(target, 'it sent no picture in time');
    else if (reason === 'an error occurred' && target.seen?.ready) failed(target, 'it broke off');
    // Ready no longer, and that before the next look: nobody may wake it only because it has played.
    else target.seen = null;
  }

  return ({ said }) => {
    if (said.kind === 'session_reading') remember(said.session, said.stream);
    if (said.kind === 'b_frames') reordered(said.session);
    const target = 'stream' in said ? watched.get(said.stream) : undefined;
    if (target === undefined) return;
    if (said.kind === 'source_refused') withdrawal.refused(target);
    if (said.kind === 'source_failed') failed(target, said.reason.slice(0, MAX_REASON));
    if (said.kind === 'source_stopped') stopped(target, said.reason);
  };
}
