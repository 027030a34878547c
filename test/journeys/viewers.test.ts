// Many viewers, and how long each may stay: real WebRTC media, without a screen.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { CameraAnswer } from '../../functions/api/camera-answer.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { mediaServers } from './media-servers.ts';
import { until } from './until.ts';
import { type WhepViewer, watchByWhep } from './whep-viewer.ts';

const VIEWERS = 50;
/** What fifty viewers may cost the media process, which only carries their signalling. */
const MAX_GROWTH_MIB = 40;
/** Issue: let go within 30 s of the token's end. */
const LET_GO_MS = 30_000;
const SHORT_TOKEN_SECONDS = 4;

const MediaMtxSettings = z.object({ webrtcAddress: z.string() });
const LiveView = z.object({ hls: z.string(), ticket: z.string() });

describe.each(mediaServers())('viewers by $name', ({ binary }) => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate({ video: {}, environment: { MEDIAMTX_BIN: binary } });
    await until('MediaMTX to serve', async () => (await fetch(door('/health'))).ok);
  });
  afterAll(() => gate.close());

  const media = () => gate.system.media() ?? expect.unreachable('there is no media process');
  const door = (path: string) => `http://127.0.0.1:${media().doorPort}${path}`;
  const tokenOf = (subject: string, expiresInSeconds = 3_600) =>
    gate.system.issuer.mint({ rights: ['gate:read'], expiresInSeconds, subject });
  const watch = (subject: string, seconds?: number) => watchByWhep(door('/gate-sub/whep'), tokenOf(subject, seconds));

  async function flowing(viewer: WhepViewer): Promise<void> {
    const before = viewer.packets();
    await until('the media to flow', () => viewer.packets() > before + 10);
  }

  test(`${VIEWERS} who open at once all see the lane, at the cost of two logins, and memory stays flat`, async () => {
    const first = await watch('operator-1');
    await flowing(first);
    const before = residentMiB(media().pid);
    const viewers = await Promise.all(Array.from({ length: VIEWERS - 1 }, (_, i) => watch(`operator-${i + 2}`)));
    expect(viewers.map(({ status, code }) => code ?? status)).toEqual(viewers.map(() => 201));
    await Promise.all(viewers.map(flowing));
    expect(residentMiB(media().pid) - before).toBeLessThan(MAX_GROWTH_MIB);
    // One probe, and one by MediaMTX.
    const logins = gate.camera.video.requests.filter(({ authorization }) => authorization !== 'none');
    expect(logins.filter(({ method }) => method === 'DESCRIBE').map(({ status }) => status)).toEqual([200, 200]);
    await Promise.all([first, ...viewers].map((viewer) => viewer.close()));
    await until('the API to say that nobody watches', async () => (await watching()) === 0);
  });

  test('one whose token ends is let go; one who brought a fresh token in time goes on without a gap', async () => {
    const [leaving, staying] = await Promise.all([
      watch('operator-1', SHORT_TOKEN_SECONDS),
      watch('operator-2', SHORT_TOKEN_SECONDS),
    ]);
    const tokensEnd = Date.now() + SHORT_TOKEN_SECONDS * 1_000;
    await Promise.all([flowing(leaving), flowing(staying)]);
    const renewal = (token: string) =>
      fetch(staying.session ?? '', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    expect((await renewal('not a token')).status).toBe(401);
    expect((await renewal(tokenOf('operator-3'))).status).toBe(403);
    expect((await renewal(tokenOf('operator-2'))).status).toBe(204);

    await until('the first to be let go', () => letGo('operator-1'));
    expect(Date.now() - tokensEnd).toBeLessThan(LET_GO_MS);
    // Some packets were on their way when it was let go.
    await until('nothing more to reach it', async () => {
      const before = leaving.packets();
      await flowing(staying);
      return leaving.packets() === before;
    });
    expect(letGo('operator-2')).toBe(false);
    await Promise.all([staying.close(), leaving.close()]);
  });

  test('a ticket stands in for the token of a player without headers, for its camera and its minute only', async () => {
    const answer = await fetch(`${gate.system.url}/api/gate/cameras/gate/live`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gate.system.token}` },
    });
    const { hls, ticket } = LiveView.parse(await answer.json());
    const playlist = await fetch(`${hls}?ticket=${ticket}`);
    expect(playlist.status).toBe(200);
    expect(await playlist.text()).toContain('#EXTM3U');
    expect((await fetch(`${hls}?ticket=${ticket}x`)).status).toBe(401);
    expect((await fetch(hls)).status).toBe(401);
  });

  test('a ticket wakes the re-stream of a lane that nobody watches, at the player’s second try; without one it stays asleep', async () => {
    const describe = (ticket: string) => askRtsp(media().rtspPort, `gate-main`, ticket);
    expect(await describe('no ticket')).toBe(401);
    expect(gate.camera.video.requests.some(({ url }) => url.endsWith('/101'))).toBe(false);
    const answer = await fetch(`${gate.system.url}/api/gate/cameras/gate/live`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gate.system.token}` },
    });
    const { ticket } = LiveView.parse(await answer.json());
    expect(await describe(ticket)).toBe(401);
    await until(
      'the stream',
      () => describe(ticket),
      (status) => status === 200,
    );
  });

  test('nobody gets around the door: MediaMTX itself lets nobody in', async () => {
    const settings = readFileSync(join(gate.folder, 'bridge', 'media', 'mediamtx.yml'), 'utf8');
    const { webrtcAddress } = MediaMtxSettings.parse(JSON.parse(settings));
    const answer = await fetch(`http://${webrtcAddress}/gate-sub/whep`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gate.system.token}`, 'Content-Type': 'application/sdp' },
      body: 'v=0\r\n',
    });
    expect([400, 401]).toContain(answer.status);
    expect(await answer.text()).toContain('authentication');
  });

  async function watching(): Promise<number | undefined> {
    const { video } = CameraAnswer.parse(await (await gate.get('/api/gate/cameras/gate')).json());
    return video.streams?.sub.viewers.webrtc;
  }

  function letGo(subject: string): boolean {
    return media().lines.some((line) => line.event === 'viewer.let_go' && line.subject === subject);
  }
});

function residentMiB(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1024;
}

/** The status of a DESCRIBE with the ticket as password; its connection ends with it. */
async function askRtsp(port: number, stream: string, ticket: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const basic = Buffer.from(`viewer:${ticket}`).toString('base64');
  socket.write(
    `DESCRIBE rtsp://127.0.0.1:${port}/${stream} RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic ${basic}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(/^RTSP\/1\.0 (\d{3})/.exec(answer.toString('latin1'))?.[1]);
}
