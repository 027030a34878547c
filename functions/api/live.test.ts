import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { readTicket, TICKET_START_MS } from '../../shared/auth/viewer-ticket.ts';
import { type Clock, isoInstant, systemClock } from '../../shared/support/clock.ts';
import { Busy } from '../../shared/support/errors.ts';
import { type ApiBench, openApi } from './api.fixture.ts';
import { CameraList } from './camera-answer.ts';
import type { Live } from './live-urls.ts';

const key = new Uint8Array(32).fill(7);
const live: Live = { url: 'https://gate.example/live', ticketKey: async () => key };
const Answer = z.object({
  whep: z.string(),
  hls: z.string(),
  ticket: z.string(),
  startBefore: z.string(),
  expiresAt: z.string(),
});

type Asking = { live?: Live; clock?: Clock; headers?: Record<string, string>; body?: string };

describe('where to watch', () => {
  let gate: ApiBench;
  beforeAll(async () => {
    gate = await openApi();
  });
  afterAll(() => gate?.close());

  async function ask(id: string, changes: Asking = { live }) {
    const { headers = gate.operator(), body = null, ...others } = changes;
    const type: Record<string, string> = body === null ? {} : { 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers: { ...headers, ...type }, body };
    const response = await gate.api(others).request(`/api/gate/cameras/${id}/live`, request);
    return { status: response.status, body: await response.json() };
  }

  test('is told with a ticket that ends with the token, and the URLs hold neither', async () => {
    const token = gate.issuer.mint({ rights: ['gate:read'], expiresInSeconds: 3_600, subject: 'operator-1' });
    const tokenEnd = (await tokenVerifier({ ...gate.issuer, rightsClaim: 'scope' })(token)).expiresAt;
    const headers = { Authorization: `Bearer ${token}` };
    const { status, body } = await ask('gate', { live, clock: systemClock, headers });
    expect(status).toBe(200);
    const answer = Answer.parse(body);
    expect(answer).toMatchObject({
      whep: 'https://gate.example/live/gate-sub/whep',
      hls: 'https://gate.example/live/gate-sub/index.m3u8',
      expiresAt: isoInstant(tokenEnd),
    });
    const startBefore = Date.parse(answer.startBefore);
    expect(Math.abs(startBefore - TICKET_START_MS - Date.now())).toBeLessThan(10_000);
    expect(readTicket(key, answer.ticket, startBefore - 1)).toEqual({
      camera: 'gate',
      subject: 'operator-1',
      startBefore,
      until: tokenEnd,
    });
  });

  test('is the main stream when that is asked for, and nothing else', async () => {
    const main = await ask('gate', { live, body: '{"stream":"main"}' });
    expect(main.body).toMatchObject({ whep: 'https://gate.example/live/gate-main/whep' });
    for (const body of ['{"stream":"third"}', '{"camera":"gate"}', '{']) {
      expect(await ask('gate', { live, body })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });

  test('is told to nobody without the right to read, and of no camera that is not there', async () => {
    const refused = [
      [{ headers: {} }, 401],
      [{ headers: gate.operator(['gate:control', 'gate:admin']) }, 403],
    ] as const;
    for (const [changes, status] of refused) expect((await ask('gate', { live, ...changes })).status).toBe(status);
    expect(await ask('nowhere')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('is a plain no where no live video is configured, and each camera’s state says so too', async () => {
    const { status, body } = await ask('gate', {});
    expect([status, body]).toMatchObject([
      422,
      { code: 'not_supported', detail: expect.stringContaining('GATE_LIVE_URL') },
    ]);
    const watchable = async (changes: { live?: Live }) => {
      const response = await gate.api(changes).request('/api/gate/cameras', { headers: gate.operator() });
      return CameraList.parse(await response.json()).items.map((camera) => camera.live);
    };
    expect(await watchable({})).toEqual([null, null]);
    expect(await watchable({ live })).toMatchObject([
      { hls: 'https://gate.example/live/gate-sub/index.m3u8' },
      { whep: 'https://gate.example/live/exit-sub/whep' },
    ]);
  });

  test('waits for the table that keeps the tickets’ key', async () => {
    const ticketKey = () => Promise.reject(new Busy('internal', 'could not get the key', { retryAfterSeconds: 1 }));
    expect(await ask('gate', { live: { ...live, ticketKey } })).toMatchObject({
      status: 503,
      body: { code: 'internal' },
    });
  });
});
