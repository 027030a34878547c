import { afterEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/support/errors.ts';
import { PROBLEM_CONTENT_TYPE, problemDetails } from '../../../shared/support/problem-details.ts';
import { type Answering, openAnswering, type Reply } from './answering.fixture.ts';
import { checkApi } from './api.ts';
import { checkWebhookRoute } from './webhook-route.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const WELL: Reply = { status: 200, headers: JSON_TYPE, body: '{"status":"ok","pieces":{"table":"ok"}}' };
const HTML: Reply = { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>Router</h1>' };
const problem = (code: ErrorCode, status: number): Reply => ({
  status,
  headers: { 'Content-Type': PROBLEM_CONTENT_TYPE },
  body: JSON.stringify({ ...problemDetails({ code, detail: 'the table does not answer', instance: '/' }), status }),
});
const NO_TOKEN = problem('unauthorized', 401);
const GATEWAYS_404: Reply = { status: 404, headers: JSON_TYPE, body: '{"message":"Not Found"}' };

let outside: Answering | null = null;
afterEach(() => {
  outside?.close();
  outside = null;
});
async function at(reply: (path: string) => Reply): Promise<string> {
  outside = await openAnswering(reply);
  return outside.url;
}
const api = async (health: Reply, cameras: Reply = NO_TOKEN) =>
  checkApi({ apiUrl: await at((path) => (path === '/api/health' ? health : cameras)) });
const webhook = async (reply: Reply) => checkWebhookRoute({ apiUrl: await at(() => reply) });

describe('the API as a frontend reaches it', () => {
  test('is well when it can serve and lets nobody in without a token', async () => {
    expect(await api(WELL)).toMatchObject({ status: 'ok' });
    expect(outside?.asked).toEqual(['GET /api/health without a token', 'GET /api/gate/cameras without a token']);
  });

  test.each<[string, Reply, Reply, RegExp, RegExp]>([
    ['whose table is away', problem('internal', 503), NO_TOKEN, /cannot serve: the table/, /API fails/],
    ['whose function fails', { status: 502 }, NO_TOKEN, /answers 502/, /function’s log/],
    ['under another path', GATEWAYS_404, NO_TOKEN, /404/, /before \/api/],
    ['that is somebody’s web page', HTML, HTML, /not from our API/, /before \/api/],
    ['that sends elsewhere', { status: 301, headers: { Location: 'https://x.invalid/' } }, NO_TOKEN, /301/, /else/],
    ['that lets everybody in', WELL, WELL, /without a token/, /off the Internet now/],
    [
      'behind another’s authorizer',
      WELL,
      { status: 401, headers: JSON_TYPE },
      /something else answers 401/,
      /leave it out/,
    ],
    ['that calls it something else', WELL, problem('forbidden', 403), /403 forbidden/, /log/],
  ])('%s fails, and what to change is said', async (_name, health, cameras, seen, change) => {
    expect(await api(health, cameras)).toMatchObject({
      status: 'fail',
      seen: expect.stringMatching(seen),
      change: expect.stringMatching(change),
    });
  });

  test('that is not there is told by why', async () => {
    const url = await at(() => WELL);
    expect((await checkApi({ apiUrl: url.replace('http:', 'https:') })).seen).toContain('TLS fails');
    expect((await checkApi({ apiUrl: `https://${'a'.repeat(64)}.invalid` })).seen).toContain('DNS');
    outside?.close();
    for (const check of [checkApi, checkWebhookRoute]) {
      expect(await check({ apiUrl: url })).toMatchObject({ status: 'fail', seen: expect.stringContaining('refused') });
      expect(await check({ apiUrl: null })).toMatchObject({ status: 'skipped' });
    }
  });
});

describe('the webhook’s route from outside', () => {
  test.each([403, 200])('is well when our function answers %i to nothing at all', async (status) => {
    expect(await webhook({ status })).toMatchObject({ status: 'ok' });
    expect(outside?.asked).toEqual(['POST /api/gate/anpr-event/ without a token']);
  });

  test('asked for below /api is told by its setting, not by a stack', async () => {
    const { change } = await checkWebhookRoute({ apiUrl: `${await at(() => GATEWAYS_404)}/api` });
    expect(change).toMatch(/address before \/api/);
  });

  test.each<[string, Reply, RegExp]>([
    ['a gateway without the route', GATEWAYS_404, /deploy the stack Ingest/],
    ['a firewall’s 403', { status: 403, headers: JSON_TYPE, body: '{"message":"Forbidden"}' }, /WAF/],
    ['a web page', HTML, /GATE_API_URL/],
    ['a redirect', { status: 308, headers: { Location: 'https://x.invalid/' } }, /where it redirects/],
    ['a function that fails', { status: 500 }, /Webhook fails/],
  ])('%s fails, and what to change is said', async (_name, reply, change) => {
    expect(await webhook(reply)).toMatchObject({ status: 'fail', change: expect.stringMatching(change) });
  });
});
