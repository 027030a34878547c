import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { openIssuer } from './issuer.ts';
import { WATCH_LINK_MINUTES, watchLink } from './watch-link.ts';

test('whoever reads the link off the screen may watch for an hour, and do nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gate-link-'));
  try {
    const issuer = await openIssuer({ folder });
    const link = new URL(watchLink({ url: 'http://127.0.0.1:8787', issuer }));
    expect(link.pathname).toBe('/watch/');
    const token = new URLSearchParams(link.hash.slice(1)).get('token') ?? '';
    const user = await tokenVerifier({ ...issuer, rightsClaim: 'scope' })(token);
    expect([...user.rights]).toEqual(['gate:read']);
    expect(WATCH_LINK_MINUTES).toBe(60);
    expect(user.expiresAt).toBeLessThanOrEqual(systemClock.now() + WATCH_LINK_MINUTES * 60_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
