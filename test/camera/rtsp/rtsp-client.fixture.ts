// A plain RTSP client for tests of the simulated camera: requests as they stand, and the pictures that come.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import type { SimulatedCamera } from '../camera.ts';
import { answerTo } from '../camera-client.ts';

export type Reply = { status: number; head: string; body: string };
export type Packet = { channel: number; bytes: Buffer };
/** One picture as received: its NAL units put together again. */
export type Received = { nals: Buffer[]; timestamp: number };

const CHANNELS: Record<StreamKind, string> = { main: '101', sub: '102' };
const FRAGMENT = 28;
const FIRST_FRAGMENT = 0x80;
const MARKER = 0x80;

export function streamUrl({ rtspUrl }: Pick<SimulatedCamera, 'rtspUrl'>, kind: StreamKind): string {
  return `${rtspUrl}/Streaming/Channels/${CHANNELS[kind]}`;
}

export type RtspClient = Awaited<ReturnType<typeof rtspClient>>;

export async function rtspClient(camera: Pick<SimulatedCamera, 'host' | 'rtspPort'>) {
  const socket = connect({ host: camera.host, port: camera.rtspPort });
  const packets: Packet[] = [];
  const replies: Reply[] = [];
  let kept: Buffer = Buffer.alloc(0);
  let cseq = 0;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]);
    while (takePacket() || takeReply());
    socket.emit('taken');
  });
  await once(socket, 'connect');

  function takePacket(): boolean {
    if (kept[0] !== 0x24 || kept.length < 4 || kept.length < 4 + kept.readUInt16BE(2)) return false;
    const end = 4 + kept.readUInt16BE(2);
    packets.push({ channel: kept.readUInt8(1), bytes: kept.subarray(4, end) });
    kept = kept.subarray(end);
    return true;
  }

  function takeReply(): boolean {
    const end = kept[0] === 0x24 ? -1 : kept.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const head = kept.toString('utf8', 0, end);
    const length = Number(/^Content-Length: (\d+)$/m.exec(head)?.[1] ?? 0);
    if (kept.length < end + 4 + length) return false;
    const status = Number(/^RTSP\/1\.0 (\d{3})/.exec(head)?.[1]);
    replies.push({ status, head, body: kept.toString('utf8', end + 4, end + 4 + length) });
    kept = kept.subarray(end + 4 + length);
    return true;
  }

  async function ask(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    cseq += 1;
    const lines = Object.entries({ CSeq: String(cseq), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n`);
    for (;;) {
      const reply = replies.shift();
      if (reply !== undefined) return reply;
      if (socket.destroyed) throw new Error('the camera closed the connection');
      await Promise.race([once(socket, 'taken'), closed]);
    }
  }

  return {
    ask,
    packets,
    closed,
    write: (bytes: Buffer) => void socket.write(bytes),
    close: () => socket.destroy(),
    /** Resolves when `fits`; asked after everything that comes. */
    async until(fits: () => boolean): Promise<void> {
      while (!fits()) {
        if (socket.destroyed) throw new Error('the camera closed the connection');
        await Promise.race([once(socket, 'taken'), closed]);
      }
    },
  };
}

/** DESCRIBE with the login that it asks for. */
export async function describeLoggedIn(
  client: RtspClient,
  account: { user: string; password: string },
  url: string,
): Promise<Reply> {
  const { head } = await client.ask('DESCRIBE', url);
  const challenge = /^WWW-Authenticate: (.*)$/m.exec(head)?.[1] ?? '';
  return client.ask('DESCRIBE', url, { Authorization: answerTo(challenge, account, url, 'DESCRIBE') });
}

/** Logs in, sets up over TCP and plays. */
export async function playing(camera: SimulatedCamera, kind: StreamKind): Promise<RtspClient> {
  const client = await rtspClient(camera);
  const url = streamUrl(camera, kind);
  await describeLoggedIn(client, camera, url);
  await client.ask('SETUP', `${url}/trackID=1`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
  const { status } = await client.ask('PLAY', `${url}/`);
  if (status !== 200) throw new Error(`the camera does not play: ${status}`);
  return client;
}

/** The whole pictures among the packets, in the order they came. */
export function picturesIn(packets: readonly Packet[]): Received[] {
  const pictures: Received[] = [];
  let nals: Buffer[] = [];
  for (const { channel, bytes } of packets) {
    if (channel !== 0) continue;
    const payload = bytes.subarray(12);
    const [indicator = 0, fragment = 0] = payload;
    if ((indicator & 0x1f) !== FRAGMENT) nals.push(payload);
    else if ((fragment & FIRST_FRAGMENT) !== 0) {
      nals.push(Buffer.concat([Buffer.of((indicator & 0xe0) | (fragment & 0x1f)), payload.subarray(2)]));
    } else nals.push(Buffer.concat([nals.pop() ?? Buffer.alloc(0), payload.subarray(2)]));
    if ((bytes.readUInt8(1) & MARKER) === 0) continue;
    pictures.push({ nals, timestamp: bytes.readUInt32BE(4) });
    nals = [];
  }
  return pictures;
}
