// HLS: a second or two behind, but over plain HTTP, where WebRTC does not come through.
import Hls from 'hls.js';
import { watchFrames } from './frames.ts';
import type { Playing } from './playing.ts';
import { problemOf, Refused } from './problem.ts';

const FIRST_FRAME_MS = 20_000;
const FROZEN_MS = 10_000;

/** Resolves once a frame is shown; throws Refused, or an Error when it does not play. */
export async function playByHls(url: string, token: string, video: HTMLVideoElement): Promise<Playing> {
  let current = token;
  // Asked once by hand: what hls.js says of a refusal holds neither the code nor the reason.
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Refused(await problemOf(response));
  const frames = watchFrames(video);
  const hls = new Hls({
    lowLatencyMode: true,
    xhrSetup: (request) => request.setRequestHeader('Authorization', `Bearer ${current}`),
  });
  const failed = Promise.withResolvers<string>();
  hls.on(Hls.Events.ERROR, (_event, { fatal, details }) => {
    if (fatal) failed.resolve(`HLS ended: ${details}`);
  });
  const close = (): void => {
    frames.stop();
    hls.destroy();
  };
  video.srcObject = null;
  hls.loadSource(url);
  hls.attachMedia(video);
  try {
    const failure = failed.promise.then((why) => Promise.reject(new Error(why)));
    await Promise.race([frames.first(FIRST_FRAME_MS), failure]);
  } catch (error) {
    close();
    throw error;
  }
  return {
    how: 'HLS',
    ended: Promise.race([frames.frozen(FROZEN_MS).then(() => 'the picture stood still'), failed.promise]),
    // Each request carries the token there is then.
    renew: async (fresh) => {
      current = fresh;
    },
    close,
  };
}
