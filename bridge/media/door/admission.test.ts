import { afterEach, describe, expect, test } from 'vitest';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { Busy, Rejected } from '../../../shared/support/errors.ts';
import { silentLog } from '../../../shared/support/log.ts';
import { createAdmission } from './admission.ts';
import { type DoorBench, openDoorBench, refusalOf, SUB } from './door.fixture.ts';
import { ticketReader } from './ticket-reader.ts';

const ADDRESS = '203.0.113.7';

describe('who may watch', () => {
  let gate: DoorBench | undefined;
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });

  test('without a good token with gate:read the camera is never contacted', async () => {
    const bench = await openDoorBench();
    gate = bench;
    const cases = [
      ['no token', {}, 401, 'unauthorized', 'Bearer'],
      ['no Bearer', { Authorization: 'Basic eDp5' }, 401, 'unauthorized', 'Bearer error="invalid_token"'],
      [
        'an expired one',
        bench.bearer(bench.token({ seconds: -60 })),
        401,
        'unauthorized',
        'Bearer error="invalid_token"',
      ],
      [
        'one for another audience',
        bench.bearer(bench.token({ audience: 'shop' })),
        401,
        'unauthorized',
        'Bearer error="invalid_token"',
      ],
      [
        'one that may only move the lens',
        bench.bearer(bench.token({ rights: ['gate:control'] })),
        403,
        'forbidden',
        'Bearer error="insufficient_scope"',
      ],
    ] as const;
    for (const [name, headers, status, code, challenge] of cases) {
      for (const ask of [
        () => bench.watch('/gate-sub/whep', headers),
        () => bench.get('/gate-sub/index.m3u8', { headers }),
      ]) {
        const response = await ask();
        expect(response.headers.get('WWW-Authenticate'), name).toBe(challenge);
        expect(await refusalOf(response), name).toEqual([status, code]);
      }
    }
    expect([bench.camera.contacted, bench.media.asked.length]).toEqual([0, 0]);
  });

  test('the log says who watched what, and holds no token, ticket, session or address', async () => {
    const bench = await openDoorBench();
    gate = bench;
    const [token, ticket] = [bench.token(), bench.ticket()];
    const response = await bench.watch('/gate-sub/whep', bench.bearer(token));
    const session = (response.headers.get('Location') ?? '').replace('whep/', '');
    await bench.get(`/gate-sub/index.m3u8?ticket=${ticket}`);
    await bench.watch('/gate-sub/whep', bench.bearer('x.y.z'));
    await bench.watch('/gate-sub/whep', bench.bearer('x.y.z'));
    expect(bench.events('viewer.refused')).toEqual([{ stream: SUB, by: 'webrtc', code: 'unauthorized', times: 1 }]);
    const text = JSON.stringify(bench.logged);
    for (const secret of [token, ticket, session, '127.0.0.1', 'x.y.z']) expect(text).not.toContain(secret);
  });

  test('fifty that open at once from one address all play, and the sixty-first in ten seconds waits', async () => {
    const bench = await openDoorBench();
    gate = bench;
    const tokens = Array.from({ length: 50 }, (_, n) => bench.token({ subject: `operator-${n}` }));
    const responses = await Promise.all(tokens.map((token) => bench.watch('/gate-sub/whep', bench.bearer(token))));
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(201));
    for (let n = 0; n < 10; n += 1) await bench.watch('/gate-main/whep');
    const over = await bench.watch('/gate-main/whep');
    expect(over.headers.get('Retry-After')).toBe('1');
    expect(await refusalOf(over)).toEqual([429, 'rate_limited']);
    const proxied = { 'X-Forwarded-For': '198.51.100.1', ...bench.bearer() };
    expect((await bench.watch('/gate-main/whep', proxied)).status).toBe(201);
  });

  test('more than fit are told to come back, and a place that is left is free again', async () => {
    const bench = await openDoorBench({ options: { seats: { perStream: 2, inAll: 3 } } });
    gate = bench;
    const first = await bench.watch();
    await bench.watch();
    const third = await bench.watch();
    expect(third.headers.get('Retry-After')).toBe('10');
    expect(await refusalOf(third)).toEqual([429, 'rate_limited']);
    expect((await bench.watch('/gate-main/whep')).status).toBe(201);
    const full = await bench.get('/gate-main/index.m3u8', { headers: bench.bearer() });
    expect(await refusalOf(full)).toEqual([429, 'rate_limited']);
    await fetch(new URL(first.headers.get('Location') ?? '', first.url), { method: 'DELETE' });
    expect((await bench.watch()).status).toBe(201);
  });
});

describe('tokens at the door', () => {
  const clock = drivenClock();
  const user = { subject: 'operator-1', rights: new Set(['gate:read' as const]), expiresAt: clock.now() + 60_000 };
  const shown = (token: string, address = ADDRESS) => ({
    authorization: `Bearer ${token}`,
    ticket: undefined,
    address,
  });
  const tickets = ticketReader({ ticketKey: async () => new Uint8Array(32), clock, log: silentLog });

  test('are verified once, at once for all who show the same, and no longer known after their end', async () => {
    let verified = 0;
    const verifyToken = async () => {
      verified += 1;
      return { ...user, expiresAt: clock.now() + 60_000 };
    };
    const admission = createAdmission({ verifyToken, tickets, clock });
    await Promise.all([1, 2, 3].map(() => admission(SUB, shown('good'))));
    await admission(SUB, shown('good'));
    expect(verified).toBe(1);
    clock.step(60_000);
    await expect(admission(SUB, shown('good'))).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('that were refused too often from an address cost it a wait; known ones and other addresses pass', async () => {
    let verified = 0;
    const verifyToken = async (token: string) => {
      verified += 1;
      if (token.startsWith('good')) return { ...user, expiresAt: clock.now() + 600_000 };
      throw new Rejected('unauthorized', 'could not verify the token: no');
    };
    const admission = createAdmission({ verifyToken, tickets, clock });
    await admission(SUB, shown('good-1'));
    for (let n = 0; n < 20; n += 1) {
      await expect(admission(SUB, shown(`guess-${n}`))).rejects.toMatchObject({ code: 'unauthorized' });
    }
    await expect(admission(SUB, shown('good-2'))).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 3 });
    expect(verified).toBe(21);
    await expect(admission(SUB, shown('good-1'))).resolves.toMatchObject({ subject: 'operator-1' });
    await expect(admission(SUB, shown('good-2', '203.0.113.8'))).resolves.toMatchObject({ subject: 'operator-1' });
    clock.step(3_000);
    await expect(admission(SUB, shown('good-3'))).resolves.toMatchObject({ subject: 'operator-1' });
  });

  test('that a player repeats after their end do not keep its fresh one out', async () => {
    const verifyToken = async (token: string) => {
      if (token === 'fresh') return { ...user, expiresAt: clock.now() + 600_000 };
      throw new Rejected('unauthorized', 'could not verify the token: it has expired');
    };
    const admission = createAdmission({ verifyToken, tickets, clock });
    for (let n = 0; n < 60; n += 1) {
      await expect(admission(SUB, shown('stale'))).rejects.toMatchObject({ code: 'unauthorized' });
      clock.step(2_000);
    }
    await expect(admission(SUB, shown('fresh'))).resolves.toMatchObject({ subject: 'operator-1' });
  });

  test('work though the table is away; tickets wait for it, and are read when it is back', async () => {
    let isAway = true;
    const ticketKey = async () => {
      if (isAway) throw new Busy('internal', 'could not get the key of viewers’ tickets: TimeoutError');
      return new Uint8Array(32);
    };
    const away = ticketReader({ ticketKey, clock, log: silentLog });
    const admission = createAdmission({
      verifyToken: async () => ({ ...user, expiresAt: clock.now() + 1 }),
      tickets: away,
      clock,
    });
    const ticket = { authorization: undefined, ticket: 'v1.x.y', address: ADDRESS };
    await expect(admission(SUB, ticket)).rejects.toMatchObject({
      name: 'Busy',
      code: 'internal',
      retryAfterSeconds: 5,
    });
    expect(away.readNow('v1.x.y')).toBeNull();
    await expect(admission(SUB, shown('good'))).resolves.toMatchObject({ subject: 'operator-1' });
    isAway = false;
    await expect(admission(SUB, ticket)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});
