import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Busy } from '../support/errors.ts';
import { type FakeCameraOptions, useFakeCameras } from './guard/fake-camera.test-support.ts';
import { fileLedger } from './guard/file-ledger.ts';
import { failure, gateTo, minutes } from './guard/gate.test-support.ts';
import { memoryLedger } from './guard/ledger.ts';
import { httpTransport, type Transport } from './transport.ts';

const cameraThat = useFakeCameras();

describe('logging in to the camera', () => {
  it.each([
    ['MD5', { algorithms: ['MD5'] }],
    ['SHA-256 only', { algorithms: ['SHA-256'] }],
    ['SHA-256 before MD5', { algorithms: ['SHA-256', 'MD5'] }],
    ['MD5 before SHA-256', { algorithms: ['MD5', 'SHA-256'] }],
    ['MD5-sess', { algorithms: ['MD5-sess'] }],
    ['SHA-256-sess', { algorithms: ['SHA-256-sess'] }],
    ['no qop', { qop: false }],
    ['Basic and Digest in one header', { basic: 'one-header' }],
    ['Basic and Digest in two headers', { basic: 'two-headers' }],
    ['a realm in another script', { realm: 'Ворота 大门 (1)  x' }],
  ] satisfies [string, FakeCameraOptions][])('a camera with %s lets us in at the first try', async (_, options) => {
    const camera = await cameraThat(options);
    const { get } = gateTo(camera);
    await expect(get('/ISAPI/System/time?format=json&x=%20a')).resolves.toMatchObject({ status: 200 });
    expect(camera.seen).toEqual(['-', 'A']);
  });

  it('SHA-256 is chosen over MD5 whichever comes first', async () => {
    const camera = await cameraThat({ algorithms: ['MD5', 'SHA-256'] });
    let algorithm = '';
    camera.settings.serve = (request, response) => {
      algorithm = /algorithm=([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      response.end();
    };
    await gateTo(camera).get();
    expect(algorithm).toBe('SHA-256');
  });

  it('a camera that asks for no login gets no credentials', async () => {
    const camera = await cameraThat({ before: (_, response) => Boolean(response.end('hello')) });
    const { get, ledger, camera: gate } = gateTo(camera);
    await expect(get()).resolves.toMatchObject({ body: Buffer.from('hello') });
    await expect(ledger.read(gate.id)).resolves.toBeNull();
  });

  it('Basic is refused, unsent, unless the configuration allows it', async () => {
    const camera = await cameraThat({ basic: 'only' });
    expect(await failure(gateTo(camera).get())).toMatchObject({ code: 'camera_refused' });
    expect(camera.seen).toEqual(['-']);
    await expect(gateTo(camera, { allowBasic: true }).get()).resolves.toMatchObject({ status: 200 });
  });

  it('Basic is not used beside Digest even where it is allowed', async () => {
    const camera = await cameraThat({ basic: 'two-headers' });
    await gateTo(camera, { allowBasic: true }).get();
    expect(camera.seen).toEqual(['-', 'A']);
    expect(camera.badLogins).toBe(0);
  });
});

describe('a wrong password', () => {
  it('is one bad login at the camera for one call', async () => {
    const camera = await cameraThat({ password: 'other' });
    expect(await failure(gateTo(camera).get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: 1800 });
    expect(camera.seen).toEqual(['-', 'bad']);
  });

  it('is one bad login for three calls, and no bytes after the first', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, log } = gateTo(camera);
    for (let n = 0; n < 3; n += 1) expect(await failure(get())).toBeInstanceOf(Busy);
    expect(camera.seen).toEqual(['-', 'bad']);
    expect(log.events.filter(({ event }) => event === 'guard.shut')).toHaveLength(1);
  });

  it('is one bad login for twenty calls at once, stream and snapshot among them', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, client } = gateTo(camera);
    const stream = { path: '/ISAPI/Event/notification/alertStream', headerTimeoutMs: 5_000 };
    const calls = [
      ...Array.from({ length: 10 }, () => get()),
      ...Array.from({ length: 10 }, () => client.openStream({ ...stream, signal: new AbortController().signal })),
    ];
    const codes = (await Promise.all(calls.map(failure))).map(({ code }) => code);
    expect(codes).toEqual(Array(20).fill('camera_locked'));
    expect(camera.badLogins).toBe(1);
    expect(camera.seen).toEqual(['-', 'bad']);
  });

  it('changed at the camera after a login is one bad login, though the nonce was reused', async () => {
    const camera = await cameraThat({ tries: 5 });
    const { get } = gateTo(camera);
    await get();
    camera.settings.password = 'other';
    for (let n = 0; n < 3; n += 1) expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual(['-', 'A', 'bad']);
  });

  it('changed at a camera that does not tell is settled by one fresh try, and both are counted', async () => {
    const camera = await cameraThat({});
    const { get, guard } = gateTo(camera);
    await get();
    camera.settings.password = 'other';
    for (let n = 0; n < 3; n += 1) expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual(['-', 'A', 'bad', 'bad']);
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 2, shut: { probeAt: null } });
  });

  it('is no further login after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gate-guard-'));
    try {
      const camera = await cameraThat({ password: 'other' });
      await failure(gateTo(camera, { ledger: fileLedger(folder) }).get());
      for (let restart = 0; restart < 3; restart += 1) {
        const { get } = gateTo(camera, { ledger: fileLedger(folder) });
        expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
      }
      expect(camera.seen).toEqual(['-', 'bad']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refused with endless bodies is still a bad login', async () => {
    const camera = await cameraThat({});
    camera.settings.before = (request, response) => {
      if (!request.headers.authorization) return false;
      response.writeHead(401).write('x'.repeat(100_000));
      return true;
    };
    expect(await failure(gateTo(camera).get())).toMatchObject({ code: 'camera_locked' });
  });

  it('that the camera calls stale for ever ends after two tries', async () => {
    const camera = await cameraThat({ usesPerNonce: 0, oldNonce: 'stale' });
    const { get } = gateTo(camera);
    for (let n = 0; n < 3; n += 1) expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual(['-', 'old', 'old']);
  });
});

describe('what is no bad login', () => {
  it.each([
    [403, 'camera_refused'],
    [404, 'camera_refused'],
    [503, 'camera_busy'],
  ])('a %i after the login leaves the guard open', async (status, code) => {
    const camera = await cameraThat({ serve: (_, response) => response.writeHead(status).end() });
    const { get, guard } = gateTo(camera);
    for (let n = 0; n < 3; n += 1) expect(await failure(get())).toMatchObject({ code });
    await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 0 });
  });

  it('a cut after credentials that were let in before leaves the guard open', async () => {
    const camera = await cameraThat();
    const { get, guard } = gateTo(camera);
    await get();
    camera.settings.serve = (request) => request.socket.destroy();
    for (let n = 0; n < 2; n += 1) expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 0 });
  });

  it('a camera that is gone before the credentials could be sent has judged none', async () => {
    const camera = await cameraThat();
    const { get, guard } = gateTo(camera);
    camera.settings.before = (_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="x", nonce="1", qop="auth"', Connection: 'close' });
      response.end(() => void camera.stop());
      return true;
    };
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 0 });
  });
});

describe('a password that was never let in, and whose answer nobody heard', () => {
  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['a RST', ({ socket }) => void socket.resetAndDestroy()],
    ['a FIN', ({ socket }) => void socket.end()],
    ['an answer that is none', ({ socket }) => void socket.end('what? ')],
  ])('by %s is counted as refused: two logins, however often somebody asks', async (_how, end) => {
    const camera = await cameraThat({ before: () => false });
    camera.settings.before = (request, response) => {
      if (request.headers.authorization === undefined) return false;
      camera.seen.push('cut');
      end(request, response);
      return true;
    };
    const { get, guard, clock } = gateTo(camera);
    for (let hour = 0; hour < 6; hour += 1) {
      for (let n = 0; n < 3; n += 1) await failure(get());
      clock.advance(minutes(60));
    }
    expect(camera.seen.filter((each) => each === 'cut')).toHaveLength(2);
    await expect(guard.state()).resolves.toMatchObject({ shut: { why: 'lost_attempt', probeAt: null }, badLogins: 2 });
  });
});

describe('a refusal behind which nothing more can be sent', () => {
  it.each<[string, (response: ServerResponse, camera: { stop(): Promise<void> }) => void]>([
    ['because the camera is gone', (response, camera) => response.end(() => void camera.stop())],
    // Its body never ends, and with it goes all the time there was.
    ['because no time is left', (response) => void response.write('<')],
  ])('%s is a login all the same', async (_why, end) => {
    const camera = await cameraThat({ password: 'other' });
    const { guard, client } = gateTo(camera);
    camera.settings.before = (request, response) => {
      const stale = request.headers.authorization === undefined ? 'false' : 'true';
      const header = `Digest realm="x", nonce="${Math.random()}", qop="auth", stale="${stale}"`;
      response.writeHead(401, { 'WWW-Authenticate': header, Connection: 'close' });
      if (stale === 'true') end(response, camera);
      else response.end();
      return true;
    };
    const path = '/ISAPI/System/deviceInfo';
    const get = () => client.request({ method: 'GET', path, timeoutMs: 400, maxBytes: 64 * 1024 });
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
  });
});

describe('a camera that is locked', () => {
  it('is left alone until its own unlock time, and the wait is not counted as a login', async () => {
    const camera = await cameraThat({ locksAfter: 0, unlockSeconds: 600 });
    const { get, guard, clock } = gateTo(camera);
    expect(await failure(get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: 600 });
    expect(camera.seen).toEqual(['-']);
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: { why: 'locked_by_camera' } });
    camera.settings.locksAfter = 5;
    clock.advance(601_000);
    await expect(get()).resolves.toMatchObject({ status: 200 });
    await expect(guard.state()).resolves.toMatchObject({ shut: null });
  });
});

describe('a shutdown while the camera judges a password', () => {
  /** The process is told to stop in the moment in which its credentials leave. */
  function stoppedAtLogin() {
    const stopped = new AbortController();
    const real = httpTransport();
    const transport: Transport = {
      open: (request) => {
        const answer = real.open(request);
        if (request.headers.Authorization) stopped.abort();
        return answer;
      },
    };
    return { transport, signal: stopped.signal };
  }
  const stream = { path: '/ISAPI/Event/notification/alertStream', headerTimeoutMs: 5_000 };

  it('still counts a wrong one, so restart after restart costs no further login', async () => {
    const camera = await cameraThat();
    const ledger = memoryLedger();
    for (let restart = 0; restart < 4; restart += 1) {
      const { transport, signal } = stoppedAtLogin();
      const { client } = gateTo(camera, { password: 'wrong', ledger, transport });
      expect(await failure(client.openStream({ ...stream, signal }))).toMatchObject({ code: 'camera_locked' });
    }
    expect(camera.badLogins).toBe(1);
  });

  it('leaves the gate open after a right one, and no stream behind', async () => {
    const camera = await cameraThat();
    camera.settings.serve = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/mixed; boundary=boundary' }).write('--boundary\r\n');
    };
    const { transport, signal } = stoppedAtLogin();
    const { client, guard } = gateTo(camera, { transport });
    expect(await failure(client.openStream({ ...stream, signal }))).toMatchObject({ code: 'camera_unreachable' });
    expect(await guard.state()).toMatchObject({ shut: null, badLogins: 0 });
  });
});
