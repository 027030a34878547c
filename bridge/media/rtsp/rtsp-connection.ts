// One TCP connection to a camera's RTSP port, one request at a time.
import { connect } from 'node:net';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, type GateError, NeverSent, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { type RtspResponse, rtspResponseReader } from './rtsp-response.ts';
import type { RtspAddress } from './rtsp-url.ts';

const USER_AGENT = 'gate-camera';

export type RtspRequest = { method: string; url: string; headers?: Readonly<Record<string, string>> };

export type RtspConnection = {
  /**
   * Resolves with the answer, whatever its status.
   * @throws Busy `camera_unreachable` when none comes, NeverSent where the connection had ended before; Rejected `camera_refused` when it is no RTSP
   */
  request(request: RtspRequest): Promise<RtspResponse>;
  /** Aborted when the connection has ended, from whichever side. */
  readonly ended: AbortSignal;
  /** Fails the request that is out, if one is. */
  close(why?: GateError): void;
};

/** The answers that these bytes complete. Throws Rejected `camera_refused`. */
export type AnswerReader = (chunk: Buffer) => RtspResponse[];

export type RtspConnecting = {
  /** For everything together; without it the caller alone ends it. */
  patience?: { clock: Clock; timeoutMs: number };
  /** For a connection that plays; otherwise nothing may come between answers. */
  read?: AnswerReader;
};

/** Connects at once. The caller closes it. */
export function connectRtsp(address: RtspAddress, { patience, read = answersAlone() }: RtspConnecting): RtspConnection {
  const { host, rtspPort } = address;
  const socket = connect({ host, port: rtspPort, noDelay: true });
  let isConnected = false;
  let sent = 0;
  let awaited: PromiseWithResolvers<RtspResponse> | null = null;
  let failed: GateError | null = null;
  const ended = new AbortController();

  function fail(error: GateError): void {
    failed ??= error;
    ended.abort();
    socket.destroy();
    awaited?.reject(failed);
    awaited = null;
  }

  function unreachable(cause: unknown): Busy {
    const message = isConnected
      ? `could not hear from the camera's RTSP port ${rtspPort}: ${reasonOf(cause)}`
      : `could not reach the camera's RTSP port ${rtspPort}: is it forwarded? ${reasonOf(cause)}`;
    return new Busy('camera_unreachable', message, { cause });
  }

  function take(response: RtspResponse): void {
    const cseq = response.headers.get('cseq');
    if (awaited === null || (cseq !== undefined && cseq !== String(sent))) {
      throw new Rejected('camera_refused', "could not read the camera's RTSP answer: it answers what nobody asked");
    }
    awaited.resolve(response);
    awaited = null;
  }

  if (patience !== undefined) {
    const { clock, timeoutMs } = patience;
    const tooLate = () => fail(unreachable(new Error(`no answer within ${timeoutMs} ms`)));
    clock.sleep(timeoutMs, ended.signal).then(tooLate, () => {});
  }
  socket.on('connect', () => {
    isConnected = true;
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const response of read(chunk)) take(response);
    } catch (error) {
      fail(error instanceof Rejected ? error : unreachable(error));
    }
  });
  socket.on('error', (error) => fail(unreachable(error)));
  socket.on('close', () => fail(unreachable(new Error('the connection closed without an answer'))));

  return {
    async request({ method, url, headers = {} }) {
      if (failed instanceof Busy) throw new NeverSent('camera_unreachable', failed.message, { cause: failed });
      if (failed !== null) throw failed;
      sent += 1;
      awaited = Promise.withResolvers<RtspResponse>();
      const lines = Object.entries({ CSeq: String(sent), 'User-Agent': USER_AGENT, ...headers });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`${method} ${url} RTSP/1.0\r\n${head}\r\n`);
      return awaited.promise;
    },
    ended: ended.signal,
    close: (why) => fail(why ?? unreachable(new Error('it was closed'))),
  };
}

function answersAlone(): AnswerReader {
  const reader = rtspResponseReader();
  return (chunk) => {
    const response = reader.read(chunk);
    return response === null ? [] : [response];
  };
}
