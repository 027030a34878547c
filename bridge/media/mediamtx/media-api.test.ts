import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { systemClock } from '../../../shared/support/clock.ts';
import { GateError } from '../../../shared/support/errors.ts';
import { Secret } from '../../../shared/support/secret.ts';
import { streamName } from '../../../shared/video/stream-name.ts';
import { mediaApi, type PathSource } from './media-api.ts';

const sub = streamName(CameraIdSchema.parse('gate'), 'sub');
const PASSWORD = "p@ss/w:rd%$MTX_QUERY!'()*?#&";
const SOURCE: PathSource = {
  host: '192.0.2.5',
  rtspPort: 554,
  rtspPath: '/Streaming/Channels/102',
  user: 'op+1',
  password: new Secret(PASSWORD),
};
const STATE = {
  name: 'gate-sub',
  confName: 'gate-sub',
  ready: true,
  online: true,
  source: { type: 'rtspSource', id: '' },
  tracks: ['H264'],
  bytesReceived: 10,
  bytesSent: 20,
  readers: [
    { type: 'webRTCSession', id: 'a' },
    { type: 'hlsMuxer', id: '' },
  ],
};

type Asked = { method: string; url: string; body: string };
type Reply = { status?: number; json?: unknown; text?: string };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A MediaMTX of which only the answers are there. */
async function serving(reply: (asked: Asked, response: ServerResponse) => Reply | null, timeoutMs?: number) {
  const asked: Asked[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const question = { method: request.method ?? '', url: request.url ?? '', body: Buffer.concat(chunks).toString() };
    asked.push(question);
    const answer = reply(question, response);
    if (answer === null) return;
    const { status = 200, json, text } = answer;
    response.writeHead(status).end(text ?? JSON.stringify(json ?? { status: 'ok' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { api: mediaApi({ baseUrl, clock: systemClock, ...(timeoutMs === undefined ? {} : { timeoutMs }) }), asked };
}

const notFound: Reply = { status: 404, json: { status: 'error', error: 'path not found' } };

async function failureOf(call: Promise<unknown>): Promise<GateError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GateError) return error;
  throw new Error(`no error of ours: ${inspect(error)}`);
}

describe('a path', () => {
  test('is put in with its password percent-encoded, and only once it is there it is said to be', async () => {
    let isIn = false;
    let looks = 0;
    const { api, asked } = await serving(({ method, url }) => {
      if (method === 'POST') isIn = true;
      if (method !== 'GET') return {};
      expect(url).toBe('/v3/paths/get/gate-sub');
      // In force only a moment after it was answered for.
      if (isIn) looks += 1;
      return looks > 2 ? { json: STATE } : notFound;
    });
    await api.addPath(sub, SOURCE);
    expect(looks).toBe(3);
    const [added] = asked.filter(({ method }) => method === 'POST');
    expect(added?.url).toBe('/v3/config/paths/add/gate-sub');
    const body = JSON.parse(added?.body ?? '');
    expect(body).toMatchObject({
      sourceOnDemand: true,
      sourceOnDemandStartTimeout: '4s',
      sourceOnDemandCloseAfter: '30s',
      rtspTransport: 'tcp',
    });
    const source = new URL(body.source);
    expect([source.host, source.pathname]).toEqual(['192.0.2.5:554', '/Streaming/Channels/102']);
    expect([source.username, source.password].map(decodeURIComponent)).toEqual(['op+1', PASSWORD]);
    // MediaMTX would put a viewer's query in its place.
    expect(body.source).not.toContain('$');
  });

  test('is replaced by taking the old one out first, until it has gone', async () => {
    const steps: string[] = [];
    let goneIn = 2;
    const { api } = await serving(({ method }) => {
      steps.push(method);
      if (method !== 'GET') return {};
      if (steps.includes('POST')) return { json: STATE };
      goneIn -= 1;
      return goneIn >= 0 ? { json: STATE } : notFound;
    });
    await api.addPath(sub, SOURCE);
    expect(steps).toEqual(['DELETE', 'GET', 'GET', 'GET', 'POST', 'GET']);
  });

  test('that is not there is taken out all the same', async () => {
    const { api } = await serving(() => notFound);
    await expect(api.removePath(sub)).resolves.toBeUndefined();
  });

  test('of an IPv6 camera has its address in brackets', async () => {
    const { api, asked } = await serving(({ method }) =>
      method === 'GET' && !asked.some((one) => one.method === 'POST') ? notFound : { json: STATE },
    );
    await api.addPath(sub, { ...SOURCE, host: '2001:db8::5' });
    expect(asked.find(({ method }) => method === 'POST')?.body).toContain('@[2001:db8::5]:554/');
  });

  test('tells whether it plays and who watches', async () => {
    const { api } = await serving(() => ({ json: STATE }));
    expect(await api.path(sub)).toEqual({
      stream: 'gate-sub',
      ready: true,
      tracks: ['H264'],
      bytesReceived: 10,
      bytesSent: 20,
      readers: [
        { type: 'webRTCSession', id: 'a' },
        { type: 'hlsMuxer', id: '' },
      ],
    });
  });

  test('that MediaMTX does not know is null', async () => {
    const { api } = await serving(() => notFound);
    expect(await api.path(sub)).toBeNull();
  });
});

describe('lists', () => {
  test('are read to their last page, and paths that are no streams of ours are left out', async () => {
    const pages = [[STATE, { ...STATE, name: 'someone-elses' }], [{ ...STATE, name: 'gate-main' }]];
    const { api } = await serving(({ url }) => {
      const page = Number(new URL(url, 'http://x').searchParams.get('page'));
      return { json: { itemCount: 3, pageCount: 2, items: pages[page] } };
    });
    expect((await api.paths()).map(({ stream }) => stream)).toEqual(['gate-sub', 'gate-main']);
  });

  test('of nothing are empty, in every form', async () => {
    for (const items of [[], null, undefined]) {
      const { api } = await serving(() => ({ json: { itemCount: 0, pageCount: 0, items } }));
      expect([await api.paths(), await api.webrtcSessions(), await api.rtspSessions()]).toEqual([[], [], []]);
    }
  });

  test('that never end are cut', async () => {
    const { api, asked } = await serving(() => ({ json: { pageCount: 1e9, items: [STATE] } }));
    await api.paths();
    expect(asked.length).toBeLessThanOrEqual(20);
  });
});

describe('sessions', () => {
  test('are kicked, gone or not', async () => {
    const { api, asked } = await serving(({ url }) => (url.includes('rtsp') ? notFound : {}));
    await api.kickWebrtcSession('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
    await api.kickRtspSession('../paths');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v3/webrtcsessions/kick/6ba7b810-9dad-11d1-80b4-00c04fd430c8',
      'POST /v3/rtspsessions/kick/..%2Fpaths',
    ]);
  });
});

describe('what goes wrong', () => {
  const secret = { source: `rtsp://admin:${PASSWORD}@192.0.2.5/1` };

  test.each<[string, Reply]>([
    ['refuses', { status: 400, json: { status: 'error', error: `invalid source ${secret.source}` } }],
    ['fails', { status: 500, text: secret.source }],
    ['answers in another form', { json: { ...secret, name: 4 } }],
    ['answers with no JSON', { text: `<html>${secret.source}` }],
    ['answers with what never ends', { text: `{"source":"${secret.source}","x":"${'x'.repeat(2 * 1024 * 1024)}"}` }],
  ])('MediaMTX %s: an error that quotes nothing of it', async (_, reply) => {
    const { api } = await serving(() => reply);
    const calls = [() => api.path(sub), () => api.paths(), () => api.info(), () => api.addPath(sub, SOURCE)];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error.message).toMatch(/^could not .*MediaMTX/);
      expect(inspect(error, { depth: 9 })).not.toContain('p@ss');
      expect(inspect(error, { depth: 9 })).not.toContain('p%40ss');
    }
  });

  test('nobody listens: busy', async () => {
    const { api } = await serving(() => ({}));
    await closing.pop()?.();
    expect((await failureOf(api.info())).code).toBe('camera_busy');
  });

  test('a MediaMTX that is frozen holds nobody up for long', async () => {
    const { api } = await serving(() => null, 100);
    const begun = Date.now();
    expect((await failureOf(api.info())).code).toBe('camera_busy');
    expect(Date.now() - begun).toBeLessThan(2_000);
  });
});
