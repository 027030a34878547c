import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from '../camera.ts';
import { answerTo, ask, askLoggedIn } from '../camera-client.ts';
import type { CameraOptions } from '../camera-options.ts';
import type { AuthOptions } from './auth-options.ts';
import type { ChallengeShape } from './challenge.ts';

const CHECK = '/ISAPI/Security/userCheck';
const LOCK_MS = 1_800_000;

let camera: SimulatedCamera;
const clock = {
  ms: Date.UTC(2026, 10, 22, 5),
  now() {
    return this.ms;
  },
};
const start = async (auth: Partial<AuthOptions>, options: CameraOptions = {}) => {
  camera = await startCamera({ auth, clock, heartbeatMs: false, ...options });
};
const wrongLogin = () => askLoggedIn({ ...camera, password: 'wrong' }, CHECK);
const basic = (password: string) => `Basic ${Buffer.from(`${camera.user}:${password}`).toString('base64')}`;

afterEach(() => camera.close());

describe('challenges', () => {
  test.each<[ChallengeShape, string[]]>([
    ['md5', ['Digest qop="auth", realm="IP Camera(C2183)", nonce="#", stale="FALSE"']],
    ['no-qop', ['Digest realm="IP Camera(C2183)", nonce="#", stale="FALSE"']],
    ['sha256', ['Digest qop="auth", realm="IP Camera(C2183)", nonce="#", algorithm="SHA-256", stale="FALSE"']],
    [
      'digest-and-basic',
      ['Digest qop="auth", realm="IP Camera(C2183)", nonce="#", stale="FALSE", Basic realm="IP Camera(C2183)"'],
    ],
    [
      'digest-and-basic-headers',
      ['Digest qop="auth", realm="IP Camera(C2183)", nonce="#", stale="FALSE"', 'Basic realm="IP Camera(C2183)"'],
    ],
    ['basic', ['Basic realm="IP Camera(C2183)"']],
  ])('%s is offered as seen in the field', async (shape, offered) => {
    await start({ shape });
    const { status, challenges } = await ask(camera, CHECK);
    expect(status).toBe(401);
    expect(challenges.map((value) => value.replace(/nonce="[0-9a-f]{32}"/, 'nonce="#"'))).toEqual(offered);
  });

  test('a recorder puts a colon into its nonce and leaves opaque empty', async () => {
    await start({ shape: 'recorder' });
    const { challenges } = await ask(camera, CHECK);
    expect(challenges[0]).toMatch(/domain="::", qop="auth", nonce="[0-9a-f]{32}:\d{13}", opaque="", algorithm="MD5"/);
  });

  test.each<[ChallengeShape, string[]]>([
    ['md5-then-sha256', ['MD5', 'SHA-256']],
    ['sha256-then-md5', ['SHA-256', 'MD5']],
  ])('%s lets in with either algorithm', async (shape, order) => {
    await start({ shape });
    const { challenges } = await ask(camera, CHECK);
    expect(challenges.map((value) => /algorithm="([^"]+)"/.exec(value)?.[1])).toEqual(order);
    for (const [index, challenge] of challenges.entries()) {
      const authorization = answerTo(challenge, camera, CHECK, 'GET', `0000000${index + 1}`);
      expect((await ask(camera, CHECK, { authorization })).status).toBe(200);
    }
    expect(camera.logins).toEqual({ good: 2, bad: 0, challenges: 1 });
  });

  test.each<ChallengeShape>(['md5', 'sha256', 'sha256-no-qop', 'no-qop', 'recorder', 'digest-and-basic'])(
    '%s lets the right password in and the wrong one not',
    async (shape) => {
      await start({ shape });
      expect((await askLoggedIn(camera, CHECK)).body.toString()).toContain('<statusValue>200</statusValue>');
      expect((await wrongLogin()).status).toBe(401);
      expect(camera.logins).toEqual({ good: 1, bad: 1, challenges: 2 });
    },
  );

  test('the digest covers method, path and query as sent', async () => {
    await start({});
    const { challenges } = await ask(camera, CHECK);
    const signed = answerTo(challenges[0] ?? '', camera, `${CHECK}?a=1`);
    expect((await ask(camera, CHECK, { authorization: signed })).status).toBe(401);
    expect((await ask(camera, `${CHECK}?a=1`, { method: 'PUT', authorization: signed })).status).toBe(401);
    expect((await ask(camera, `${CHECK}?a=1`, { authorization: signed })).status).toBe(200);
  });
});

describe('the illegal-login lock', () => {
  test('asking for a challenge is no bad login, however often', async () => {
    await start({});
    for (let i = 0; i < 9; i++) await ask(camera, CHECK);
    expect((await askLoggedIn(camera, CHECK)).status).toBe(200);
    expect(camera.logins).toEqual({ good: 1, bad: 0, challenges: 10 });
  });

  test('every bad login says how many tries are left', async () => {
    await start({});
    expect((await wrongLogin()).body.toString()).toContain('<retryLoginTime>4</retryLoginTime>');
    expect((await wrongLogin()).body.toString()).toContain('<retryLoginTime>3</retryLoginTime>');
  });

  test('five wrong passwords lock the camera for half an hour, for the right one too', async () => {
    await start({});
    for (let i = 0; i < 5; i++) await wrongLogin();
    const locked = await askLoggedIn(camera, CHECK);
    expect(locked.status).toBe(401);
    expect(locked.body.toString()).toContain('<lockStatus>lock</lockStatus>\r\n<unlockTime>1800</unlockTime>');
    clock.ms += LOCK_MS - 1;
    expect((await askLoggedIn(camera, CHECK)).status).toBe(401);
    clock.ms += 1;
    expect((await askLoggedIn(camera, CHECK)).status).toBe(200);
  });

  test('a right login between wrong ones begins the count anew', async () => {
    await start({});
    for (let i = 0; i < 4; i++) await wrongLogin();
    await askLoggedIn(camera, CHECK);
    for (let i = 0; i < 4; i++) await wrongLogin();
    expect((await askLoggedIn(camera, CHECK)).status).toBe(200);
  });

  test('Basic counts as a bad login where only digest is offered, even with the right password', async () => {
    await start({});
    expect((await ask(camera, CHECK, { authorization: basic(camera.password) })).status).toBe(401);
    expect(camera.logins.bad).toBe(1);
  });

  test('a camera that offers Basic takes it', async () => {
    await start({ shape: 'basic' });
    expect((await ask(camera, CHECK, { authorization: basic(camera.password) })).status).toBe(200);
    expect((await ask(camera, CHECK, { authorization: basic('wrong') })).status).toBe(401);
    expect(camera.logins).toEqual({ good: 1, bad: 1, challenges: 0 });
  });

  test('a changed password holds from the next request on', async () => {
    await start({});
    const before = { ...camera, password: camera.password };
    camera.setPassword('changed-Pass2');
    expect((await askLoggedIn(before, CHECK)).status).toBe(401);
    expect((await askLoggedIn(camera, CHECK)).status).toBe(200);
  });

  test.each([
    [
      'minimal',
      'application/xml; charset="UTF-8"',
      /^<\?xml[^>]*>\n<userCheck>\n<statusValue>401[^\r]*<\/userCheck>\n$/s,
    ],
    ['html', 'text/html', /^<html>/],
  ] as const)('the refusal may be %s', async (refusal, type, body) => {
    await start({ refusal });
    const refused = await wrongLogin();
    expect(refused.headers['content-type']).toBe(type);
    expect(refused.body.toString()).toMatch(body);
  });
});

describe('nonces', () => {
  const again = async (challenge: string, nc: string, path = CHECK) =>
    ask(camera, path, { authorization: answerTo(challenge, camera, path, 'GET', nc) });

  test('a nonce is good for two uses, and then stale, which is no bad login', async () => {
    await start({ nonceUses: 2 });
    const [challenge = ''] = (await ask(camera, CHECK)).challenges;
    expect((await again(challenge, '00000001')).status).toBe(200);
    expect((await again(challenge, '00000002')).status).toBe(200);
    const spent = await again(challenge, '00000003');
    expect(spent.status).toBe(401);
    expect(spent.challenges[0]).toContain('stale="TRUE"');
    expect(camera.logins.bad).toBe(0);
  });

  test.each(['userCheck', 'invalidOperation'] as const)(
    'a used-up nonce may be refused with %s and no new challenge',
    async (body) => {
      await start({ nonceUses: 1, spentNonce: { body, challenge: false, stale: false } });
      const [challenge = ''] = (await ask(camera, CHECK)).challenges;
      await again(challenge, '00000001');
      const spent = await again(challenge, '00000002');
      expect([spent.status, spent.challenges]).toEqual([401, []]);
      expect(spent.body.toString()).toContain(body);
      if (body === 'userCheck') expect(spent.body.toString()).toContain('<retryLoginTime>5</retryLoginTime>');
    },
  );

  test('the count only has to grow; a replay is refused', async () => {
    await start({});
    const [challenge = ''] = (await ask(camera, CHECK)).challenges;
    expect((await again(challenge, '00000003')).status).toBe(200);
    expect((await again(challenge, '00000010')).status).toBe(200);
    expect((await again(challenge, '00000010')).status).toBe(401);
    expect(camera.logins.bad).toBe(0);
  });

  test('a nonce bound to its URL is refused on another', async () => {
    await start({ nonceBoundToUrl: true });
    const [challenge = ''] = (await ask(camera, CHECK)).challenges;
    expect((await again(challenge, '00000001', '/ISAPI/System/time')).status).toBe(401);
    expect((await again(challenge, '00000002')).status).toBe(200);
  });

  test('a wrong password over an old nonce is still a bad login', async () => {
    await start({});
    const [challenge = ''] = (await ask(camera, CHECK)).challenges;
    camera.forgetNonces();
    const authorization = answerTo(challenge, { ...camera, password: 'wrong' }, CHECK);
    await ask(camera, CHECK, { authorization });
    expect(camera.logins.bad).toBe(1);
  });
});
