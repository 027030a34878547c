// One session that plays: pictures from the next key frame on, and a report of the time every few seconds.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { LivePicture } from './live-picture.ts';
import { rtpSender } from './rtp.ts';
import type { RtspFault } from './rtsp-fault.ts';

const REPORT_EVERY_MS = 5_000;
/** A viewer who takes the pictures slower than they come loses some. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;

export type Player = {
  readonly ssrc: number;
  readonly isPlaying: boolean;
  play(): void;
  stop(): void;
};

export type PlayerDependencies = {
  picture: LivePicture;
  channel: number;
  socket: Socket;
  fault: () => RtspFault | null;
};

export function createPlayer({ picture, channel, socket, fault }: PlayerDependencies): Player {
  const ssrc = randomBytes(4).readUInt32BE();
  const sender = rtpSender({ channel, ssrc });
  let leave: (() => void) | null = null;
  let waitsForKey = true;
  let frames = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;

  function report(): void {
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    socket.write(sender.report(picture.ticksNow(), Date.now()));
  }

  return {
    ssrc,
    get isPlaying() {
      return leave !== null;
    },
    play() {
      leave ??= picture.join({
        see({ nals, isKey }, timestamp) {
          const now = fault();
          if (now?.name === 'cut' && frames >= now.afterFrames) socket.destroy();
          const isHeldBack = now?.name === 'no-frames' || now?.name === 'h265';
          if (socket.destroyed || isHeldBack || socket.writableLength > MAX_WAITING_BYTES) waitsForKey = true;
          else if (isKey) waitsForKey = false;
          if (waitsForKey) return false;
          report();
          socket.write(sender.picture(nals, timestamp));
          frames += 1;
          return true;
        },
      });
    },
    stop() {
      leave?.();
      leave = null;
      waitsForKey = true;
    },
  };
}
