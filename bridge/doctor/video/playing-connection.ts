// One TCP connection to a camera's RTSP port that may play. Beside bridge/media/rtsp/rtsp-connection.ts, which asks
// before MediaMTX may, plays nothing, and takes media that nobody asked for as a fault.
import { connect } from 'node:net';
import { Busy, type GateError, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { type RtspResponse, rtspResponseReader } from '../../media/rtsp/rtsp-response.ts';
import type { RtspAddress } from '../../media/rtsp/rtsp-url.ts';
import { interleavedReader } from './interleaved.ts';

const USER_AGENT = 'gate-camera';

export type RtspRequest = { method: string; url: string; headers?: Readonly<Record<string, string>> };

export type PlayingConnection = {
  /**
   * Resolves with the answer, whatever its status. One at a time.
   * @throws Busy `camera_unreachable` when the connection ends first; Rejected `camera_refused` when it is no RTSP
   */
  request(request: RtspRequest): Promise<RtspResponse>;
  /** Aborted when the connection has ended, from whichever side. */
  readonly ended: AbortSignal;
  close(): void;
};

type Hearer = { onPacket(channel: number, bytes: Buffer): void };

/** Connects at once. The caller closes it. */
export function connectPlaying({ host, rtspPort }: RtspAddress, { onPacket }: Hearer): PlayingConnection {
  const socket = connect({ host, port: rtspPort, noDelay: true });
  const read = interleavedReader();
  const over = new AbortController();
  let awaited: PromiseWithResolvers<RtspResponse> | null = null;
  let failed: GateError | null = null;
  let sent = 0;

  function fail(error: GateError): void {
    failed ??= error;
    socket.destroy();
    awaited?.reject(failed);
    awaited = null;
    over.abort();
  }

  function take(chunk: Buffer): void {
    for (const one of read(chunk)) {
      if (one.kind === 'packet') onPacket(one.channel, one.bytes);
      else {
        const response = rtspResponseReader().read(one.bytes);
        if (response !== null) awaited?.resolve(response);
        awaited = null;
      }
    }
  }

  const lost = (cause: unknown) =>
    new Busy('camera_unreachable', `could not hear from the camera's RTSP port ${rtspPort}: ${reasonOf(cause)}`, {
      cause,
    });
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch (error) {
      fail(error instanceof Rejected ? error : lost(error));
    }
  });
  socket.on('error', (error) => fail(lost(error)));
  socket.on('close', () => fail(lost(new Error('the connection closed'))));

  return {
    request({ method, url, headers = {} }) {
      if (failed !== null) return Promise.reject(failed);
      sent += 1;
      awaited = Promise.withResolvers<RtspResponse>();
      const lines = Object.entries({ CSeq: String(sent), 'User-Agent': USER_AGENT, ...headers });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`${method} ${url} RTSP/1.0\r\n${head}\r\n`);
      return awaited.promise;
    },
    ended: over.signal,
    close: () => fail(lost(new Error('it was closed here'))),
  };
}
