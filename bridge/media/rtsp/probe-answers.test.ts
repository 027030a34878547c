import { afterEach, describe, expect, test } from 'vitest';
import { failure } from '../../../shared/isapi/guard/gate.test-support.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { systemClock } from '../../../shared/support/clock.ts';
import { until } from '../../../test/journeys/until.ts';
import { openGate, type ScriptedCamera, scriptedCamera } from './probe.fixture.ts';
import { probeStream } from './probe-stream.ts';

let scripted: ScriptedCamera | undefined;

async function startScripted(...answers: (string | null)[]): Promise<OpenedCamera> {
  scripted = await scriptedCamera(answers);
  return openGate({ ports: { port: 1, rtspPort: scripted.rtspPort }, password: 'scripted-Pass1' });
}
const probe = (opened: OpenedCamera) => probeStream(opened, 'sub', { clock: systemClock });

afterEach(async () => {
  await scripted?.close();
  scripted = undefined;
});

const OK = 'RTSP/1.0 200 OK\r\nCSeq: #\r\n';
const CHALLENGE = 'RTSP/1.0 401 Unauthorized\r\nCSeq: #\r\nWWW-Authenticate: Digest realm="a", nonce="b"\r\n';
const STALE = CHALLENGE.replace('nonce="b"', 'nonce="c", stale="TRUE"');
const withBody = (head: string, body: string) => `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
const LOCKED = '<userCheck><lockStatus>lock</lockStatus><unlockTime>900</unlockTime></userCheck>';
const SDP = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n';

describe('whatever answers at the RTSP port', () => {
  test('a camera that asks for no login is proven, and sent none', async () => {
    const opened = await startScripted(`${OK}\r\n`, withBody(OK, SDP));
    await expect(probe(opened)).resolves.toMatchObject({ facts: { codec: 'H264' }, account: { user: 'operator' } });
    expect(scripted?.asked.flat().join('\n')).not.toMatch(/authorization/i);
  });

  test('one that wants the login for OPTIONS already, or knows none, is asked for its stream', async () => {
    for (const first of [`${CHALLENGE}\r\n`, 'RTSP/1.0 501 Not Implemented\r\nCSeq: #\r\n\r\n']) {
      const opened = await startScripted(first, `${CHALLENGE}\r\n`, withBody(OK, SDP));
      await expect(probe(opened)).resolves.toBeDefined();
      expect(scripted?.asked[2]?.[0]).toMatch(
        /^DESCRIBE rtsp:\/\/127\.0\.0\.1:\d+\/Streaming\/Channels\/102 RTSP\/1\.0$/,
      );
      await scripted?.close();
      scripted = undefined;
    }
  });

  test('a nonce called old at once is a bad login like another: no second try', async () => {
    const opened = await startScripted(`${OK}\r\n`, `${CHALLENGE}\r\n`, `${STALE}\r\n`, withBody(OK, SDP));
    expect((await failure(probe(opened))).code).toBe('camera_locked');
    expect(scripted?.asked).toHaveLength(3);
    expect((await opened.guard.state()).badLogins).toBe(1);
  });

  test('a camera that says it is locked is sent no password', async () => {
    const opened = await startScripted(`${OK}\r\n`, withBody(CHALLENGE, LOCKED));
    expect((await failure(probe(opened))).code).toBe('camera_locked');
    expect(scripted?.asked).toHaveLength(2);
    expect(await opened.guard.state()).toMatchObject({ badLogins: 0, shut: { why: 'locked_by_camera' } });
  });

  test.each<[string, (string | null)[], string, string]>([
    ['a web server', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'camera_refused', 'does not speak RTSP'],
    ['pictures that nobody asked for', ['$\x00\x00\x02ab'], 'camera_refused', 'does not speak RTSP'],
    ['an answer to another request', ['RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n'], 'camera_refused', 'nobody asked'],
    ['one that hangs up', [null], 'camera_unreachable', 'closed without an answer'],
    ['one that hangs up on the login', [`${OK}\r\n`, `${CHALLENGE}\r\n`, null], 'camera_unreachable', 'closed'],
    ['one without a usable challenge', [`${OK}\r\n`, 'RTSP/1.0 401 No\r\nCSeq: #\r\n\r\n'], 'camera_refused', 'log in'],
    ['one without a description', [`${OK}\r\n`, `${OK}\r\n`], 'camera_refused', 'no description'],
    ['one that forbids', [`${OK}\r\n`, 'RTSP/1.0 403 No\r\nCSeq: #\r\n\r\n'], 'camera_refused', 'right to live view'],
    ['a full one', [`${OK}\r\n`, 'RTSP/1.0 453 No\r\nCSeq: #\r\n\r\n'], 'camera_busy', '453'],
    ['one that sends elsewhere', [`${OK}\r\n`, 'RTSP/1.0 302 No\r\nCSeq: #\r\n\r\n'], 'camera_refused', 'answered 302'],
  ])('%s', async (_, answers, code, why) => {
    const refused = await failure(probe(await startScripted(...answers)));
    expect([refused.code, refused.message]).toEqual([code, expect.stringContaining(why)]);
    await until('no open connection', () => scripted?.open === 0);
  });
});
