import { expect, test } from 'vitest';
import type { Pass } from '../../../shared/isapi/guard/guard.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { Secret } from '../../../shared/support/secret.ts';
import type { RtspRequest } from '../../media/rtsp/rtsp-connection.ts';
import { rtspLogin } from './rtsp-login.ts';

const URL = 'rtsp://192.0.2.1:554/Streaming/Channels/102';
const asks = (nonce: string) => `Digest realm="IP Camera", nonce="${nonce}"`;
const LOCKED =
  '<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus><unlockTime>900</unlockTime></userCheck>';

type Answer = { status: number; challenge?: string; body?: string };

/** A camera that answers so, in turn; `done` tells in order what was armed and what was sent. */
function cameraAnswering(...answers: Answer[]) {
  const done: string[] = [];
  const pass: Pass = {
    account: { user: 'gate', password: new Secret('invented-Pass1'), passwordVersion: '1' },
    nonceReuse: 'untried',
    badLoginsLeft: 2,
    arm: async () => void done.push('arm'),
  };
  const connection = {
    request: async ({ method, headers = {} }: RtspRequest) => {
      const [, nonce] = /nonce="(\w+)"/.exec(headers.Authorization ?? '') ?? [];
      done.push(`${method} ${nonce ?? 'without a login'}`);
      const { status = 500, challenge = '', body = '' } = answers.shift() ?? {};
      return { status, headers: new Map([['www-authenticate', challenge]]), body: Buffer.from(body) };
    },
  };
  return { done, ask: rtspLogin({ connection, pass, allowBasic: false }) };
}

test('a camera is asked before it gets a login, and the lease is taken before', async () => {
  const { done, ask } = cameraAnswering({ status: 401, challenge: asks('a1') }, { status: 200 }, { status: 200 });
  expect(await ask({ method: 'DESCRIBE', url: URL })).toMatchObject({ kind: 'answered', value: { status: 200 } });
  expect(await ask({ method: 'SETUP', url: URL })).toMatchObject({ kind: 'answered' });
  expect(done).toEqual(['DESCRIBE without a login', 'arm', 'DESCRIBE a1', 'arm', 'SETUP a1']);
});

test('a fresh login that is refused is one bad login, and no other is sent', async () => {
  const { done, ask } = cameraAnswering({ status: 401, challenge: asks('a1') }, { status: 401, challenge: asks('b2') });
  expect(await ask({ method: 'DESCRIBE', url: URL })).toMatchObject({ kind: 'refused', logins: 1, why: 'bad_login' });
  expect(done.filter((line) => line.startsWith('DESCRIBE'))).toHaveLength(2);
});

test('a camera that takes each nonce once is answered with the next, once', async () => {
  const first = [{ status: 401, challenge: asks('a1') }, { status: 200 }, { status: 401, challenge: asks('b2') }];
  const kind = cameraAnswering(...first, { status: 200 });
  await kind.ask({ method: 'DESCRIBE', url: URL });
  expect(await kind.ask({ method: 'SETUP', url: URL })).toMatchObject({ kind: 'answered', value: { status: 200 } });
  expect(kind.done.slice(-3)).toEqual(['SETUP a1', 'arm', 'SETUP b2']);

  const unkind = cameraAnswering(...first, { status: 401, challenge: asks('c3') });
  await unkind.ask({ method: 'DESCRIBE', url: URL });
  expect(await unkind.ask({ method: 'SETUP', url: URL })).toMatchObject({ kind: 'refused', logins: 1 });
});

test('a camera that says that it is locked gets no login', async () => {
  const { done, ask } = cameraAnswering({ status: 401, challenge: asks('a1'), body: LOCKED });
  expect(await ask({ method: 'DESCRIBE', url: URL })).toMatchObject({ logins: 0, why: 'locked_by_camera' });
  expect(done).toEqual(['DESCRIBE without a login']);
});

test('a camera that offers only what may not be answered gets no login', async () => {
  const { done, ask } = cameraAnswering({ status: 401, challenge: 'Basic realm="x"' });
  expect(await ask({ method: 'DESCRIBE', url: URL }).catch(reasonOf)).toContain('no login we may answer');
  expect(done).toEqual(['DESCRIBE without a login']);
});
