import { describe, expect, it } from 'vitest';
import { useFakeCameras } from './guard/fake-camera.test-support.ts';
import { gateTo } from './guard/gate.test-support.ts';
import { memoryLedger } from './guard/ledger.ts';

const cameraThat = useFakeCameras();

describe('reusing a nonce', () => {
  it('the second request to a URL takes one round trip, and the twentieth too', async () => {
    const camera = await cameraThat({});
    const { get } = gateTo(camera);
    for (let n = 0; n < 20; n += 1) await get();
    expect(camera.seen).toEqual(['-', ...Array(20).fill('A')]);
  });

  it.each(['stale', 'operation', 'operation-silent', 'user-check', 'user-check-silent', 'web-page'] as const)(
    'a camera whose nonces serve once (%s) costs one try, then two round trips each, and no login',
    async (oldNonce) => {
      const camera = await cameraThat({ usesPerNonce: 1, oldNonce });
      const { get, guard } = gateTo(camera);
      for (let n = 0; n < 4; n += 1) await get();
      const fresh = oldNonce.endsWith('-silent') ? ['-', 'A'] : ['A'];
      expect(camera.seen).toEqual(['-', 'A', 'old', ...fresh, '-', 'A', '-', 'A']);
      expect(camera.badLogins).toBe(0);
      await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 0 });
    },
  );

  it('a camera that says how many tries are left shows that an old nonce was not counted', async () => {
    const camera = await cameraThat({ usesPerNonce: 1, oldNonce: 'user-check', tries: 5 });
    const { get } = gateTo(camera);
    for (let n = 0; n < 3; n += 1) await get();
    expect(camera.seen).toEqual(['-', 'A', 'old', 'A', '-', 'A']);
  });

  it('a nonce refused at its third use is not reused again', async () => {
    const camera = await cameraThat({ usesPerNonce: 2, oldNonce: 'user-check-silent' });
    const { get } = gateTo(camera);
    for (let n = 0; n < 4; n += 1) await get();
    expect(camera.seen).toEqual(['-', 'A', 'A', 'old', '-', 'A', '-', 'A']);
  });

  it('a stale nonce is replaced by the one that came with it, and reuse goes on', async () => {
    const camera = await cameraThat({ usesPerNonce: 2, oldNonce: 'stale' });
    const { get } = gateTo(camera);
    for (let n = 0; n < 5; n += 1) await get();
    expect(camera.seen).toEqual(['-', 'A', 'A', 'old', 'A', 'A', 'old', 'A']);
    expect(camera.badLogins).toBe(0);
  });

  it('nonces bound to their URL cost one try for another URL, ever', async () => {
    const camera = await cameraThat({ nonceBoundToUrl: true });
    const ledger = memoryLedger();
    const { get } = gateTo(camera, { ledger });
    for (const path of ['/a', '/a', '/b', '/b', '/a']) await get(path);
    expect(camera.seen).toEqual(['-', 'A', 'A', 'old', 'A', 'A', '-', 'A']);
    const restarted = gateTo(camera, { ledger });
    for (const path of ['/a', '/b']) await restarted.get(path);
    expect(camera.seen.slice(8)).toEqual(['-', 'A', '-', 'A']);
    expect(camera.badLogins).toBe(0);
  });

  it('where nonces serve every URL, every request takes one round trip', async () => {
    const camera = await cameraThat({});
    const { get } = gateTo(camera);
    for (const path of ['/a', '/a', '/b', '/c', '/a']) await get(path);
    expect(camera.seen).toEqual(['-', 'A', 'A', 'A', 'A', 'A']);
  });

  it('a nonce older than its use is not risked', async () => {
    const camera = await cameraThat({});
    const { get, clock } = gateTo(camera);
    await get();
    clock.advance(21_000);
    await get();
    expect(camera.seen).toEqual(['-', 'A', '-', 'A']);
  });
});
