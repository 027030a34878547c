// WebRTC by WHEP: one POST with the offer, and the answer brings the picture.
import { watchFrames } from './frames.ts';
import type { Playing } from './playing.ts';
import { problemOf, Refused } from './problem.ts';

const FIRST_FRAME_MS = 10_000;
/** Long before the browser itself gives a vanished server up. */
const FROZEN_MS = 2_500;

/** Resolves once a frame is shown; throws Refused, or an Error when the media does not come through. */
export async function playByWhep(url: string, token: string, video: HTMLVideoElement): Promise<Playing> {
  const connection = new RTCPeerConnection();
  let session: string | null = null;
  const close = (): void => {
    frames.stop();
    connection.close();
    if (session !== null) void fetch(session, { method: 'DELETE', keepalive: true }).catch(() => {});
    session = null;
  };
  const frames = watchFrames(video);
  try {
    connection.addTransceiver('video', { direction: 'recvonly' });
    connection.addTransceiver('audio', { direction: 'recvonly' });
    connection.ontrack = ({ streams }) => {
      if (streams[0]) video.srcObject = streams[0];
    };
    const offer = await connection.createOffer();
    await connection.setLocalDescription(offer);
    const response = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' },
      body: offer.sdp ?? '',
    });
    if (response.status !== 201) throw new Refused(await problemOf(response));
    session = new URL(response.headers.get('Location') ?? '', response.url).href;
    await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    await frames.first(FIRST_FRAME_MS);
  } catch (error) {
    close();
    throw error;
  }
  return {
    how: 'WebRTC',
    ended: Promise.race([
      frames.frozen(FROZEN_MS).then(() => 'the picture stood still'),
      brokenOff(connection).then(() => 'the connection ended'),
    ]),
    async renew(fresh) {
      if (session === null) return;
      const response = await fetch(session, { method: 'POST', headers: { Authorization: `Bearer ${fresh}` } });
      if (!response.ok) throw new Refused(await problemOf(response));
    },
    close,
  };
}

function brokenOff(connection: RTCPeerConnection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.onconnectionstatechange = () => {
    if (['failed', 'closed', 'disconnected'].includes(connection.connectionState)) resolve();
  };
  return promise;
}
