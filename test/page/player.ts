// Keeps the picture on the screen: WHEP first, HLS where WHEP fails, and again by itself with the token there is then.
import { playByHls } from './hls.ts';
import type { Playing } from './playing.ts';
import { isOfTransport, needsToken, Refused } from './problem.ts';
import { playByWhep } from './whep.ts';

const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000];

export type Show = (kind: 'playing' | 'trouble' | 'waiting', words: string) => void;
export type Player = { tokenChanged(): void; close(): void };
type Options = { base: string; stream: string; video: HTMLVideoElement; token: () => string; show: Show };

export function keepPlaying({ base, stream, video, token, show }: Options): Player {
  let closed = false;
  let playing: Playing | null = null;
  let wake = Promise.withResolvers<void>();
  const whep = `${base}/${stream}/whep`;
  const hls = `${base}/${stream}/index.m3u8`;

  async function start(): Promise<Playing> {
    try {
      return await playByWhep(whep, token(), video);
    } catch (error) {
      // A refusal is the same by either way; only what is WebRTC's own trouble is worth the other one.
      if (error instanceof Refused && !isOfTransport(error.problem)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      show('trouble', `WebRTC does not work here: ${why} Trying HLS …`);
      return playByHls(hls, token(), video);
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closed; ) {
      if (token() === '') {
        show('waiting', 'Put a token in.');
        await wake.promise;
        continue;
      }
      try {
        show('waiting', 'Opening …');
        performance.mark('opening');
        playing = await start();
        if (closed) break;
        failures = 0;
        show('playing', `Live by ${playing.how}.`);
        const why = await playing.ended;
        show('trouble', `Lost: ${why}. Again …`);
      } catch (error) {
        show('trouble', error instanceof Error ? error.message : String(error));
        const refusal = error instanceof Refused ? error.problem : null;
        const wait = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 0;
        failures += 1;
        const untilToken = refusal !== null && needsToken(refusal);
        const ms = Math.max(wait, (refusal?.retryAfterSeconds ?? 0) * 1_000);
        await Promise.race([wake.promise, ...(untilToken ? [] : [new Promise((next) => setTimeout(next, ms))])]);
      } finally {
        playing?.close();
        playing = null;
      }
    }
  }

  void run();
  return {
    tokenChanged() {
      wake.resolve();
      wake = Promise.withResolvers<void>();
      // What is refused now is told when the picture ends; until then it plays.
      void playing?.renew(token()).catch(() => {});
    },
    close() {
      closed = true;
      wake.resolve();
      playing?.close();
    },
  };
}
