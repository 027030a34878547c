import { getEventListeners, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { CameraRefused } from './answer.ts';
import { responseStatus, useFakeCameras } from './guard/fake-camera.test-support.ts';
import { failure, gateTo } from './guard/gate.test-support.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

const cameraThat = useFakeCameras();
const gateWhere = async (serve: Serve) => gateTo(await cameraThat({ serve }));
const answering = (status: number, type: string, body: string): Serve => {
  return (_, response) => response.writeHead(status, { 'Content-Type': type }).end(body);
};
const alertStream = { path: '/ISAPI/Event/notification/alertStream', headerTimeoutMs: 5_000 };

describe('a request through the client', () => {
  it('gives the answer whole', async () => {
    const { get } = await gateWhere(answering(200, 'image/jpeg', 'picture'));
    await expect(get()).resolves.toEqual({ status: 200, contentType: 'image/jpeg', body: Buffer.from('picture') });
  });

  it('sends its XML with every try', async () => {
    const bodies: string[] = [];
    const camera = await cameraThat();
    camera.settings.before = (request) => {
      bodies.push(`${request.method} ${request.headers['content-type']} ${request.headers['content-length']}`);
      return false;
    };
    const { client } = gateTo(camera);
    const body = '<PTZData><zoom>60</zoom></PTZData>';
    await client.request({
      method: 'PUT',
      path: '/ISAPI/PTZCtrl/channels/1/continuous',
      body,
      timeoutMs: 5_000,
      maxBytes: 999,
    });
    expect(bodies).toEqual(Array(2).fill(`PUT application/xml ${body.length}`));
  });

  it.each([
    ['200 with an error in it', 200, 'application/xml', responseStatus(3, 'deviceError'), 'deviceError'],
    [
      '200 with an error in JSON',
      200,
      'application/json',
      '{"statusCode":4,"subStatusCode":"notSupport"}',
      'notSupport',
    ],
    ['403 with a reason', 403, 'application/xml', responseStatus(4, 'notSupport'), 'notSupport'],
    ['500 without one', 500, 'text/plain', 'oops', ''],
    ['a redirect', 302, 'text/plain', '', ''],
    ['a login page with 200', 200, 'text/html', '<html>login</html>', ''],
    ['a login page called XML', 200, 'application/xml', '<!DOCTYPE html><html></html>', ''],
  ])('answered by %s is refused', async (_, status, type, body, subStatusCode) => {
    const { get } = await gateWhere(answering(status, type, body));
    const error = await failure(get());
    expect(error).toBeInstanceOf(CameraRefused);
    expect(error).toMatchObject({ code: 'camera_refused', status, subStatusCode });
  });

  it.each([
    ['503', 503, ''],
    ['deviceBusy with 200', 200, responseStatus(2, 'deviceBusy')],
    ['deviceBusy with 403', 403, responseStatus(4, 'deviceBusy')],
  ])('answered by %s is to be repeated later', async (_, status, body) => {
    const { get } = await gateWhere(answering(status, 'application/xml', body));
    expect(await failure(get())).toMatchObject({ code: 'camera_busy', retryAfterSeconds: 5 });
  });

  it.each([1, 7])('answered by statusCode %i succeeded', async (statusCode) => {
    const { get } = await gateWhere(answering(200, 'application/xml', responseStatus(statusCode, 'ok')));
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });

  it('that nobody answers ends in time, and frees the turn', async () => {
    const { client, get } = await gateWhere((request, response) => request.url === '/ok' && response.end());
    await get('/ok');
    const started = Date.now();
    const slow = client.request({ method: 'GET', path: '/slow', timeoutMs: 200, maxBytes: 10 });
    const next = get('/ok');
    expect(await failure(slow)).toMatchObject({ code: 'camera_unreachable' });
    await expect(next).resolves.toMatchObject({ status: 200 });
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  it('whose answer drips ends in time', async () => {
    const { client } = await gateWhere((_, response) => response.writeHead(200).write('x'));
    const call = client.request({ method: 'GET', path: '/', timeoutMs: 200, maxBytes: 10 });
    expect(await failure(call)).toMatchObject({ code: 'camera_unreachable' });
  });

  it.each(['/a b', '/a"', 'a', '/a#b', '/ä', '/a\r\nX: y'])('to the path %j is not sent', async (path) => {
    const camera = await cameraThat();
    const { client } = gateTo(camera);
    const call = async () => client.request({ method: 'GET', path, timeoutMs: 1_000, maxBytes: 10 });
    expect(await failure(call())).toMatchObject({ code: 'invalid_request' });
    expect(camera.seen).toEqual([]);
  });

  it('is called by its path alone in errors and logs', async () => {
    const { get, log } = await gateWhere(answering(500, 'text/plain', ''));
    const error = await failure(get('/ISAPI/x?plate=01A123BC'));
    expect(error.message).toContain('/ISAPI/x');
    expect(JSON.stringify([error.message, log.events])).not.toContain('01A123BC');
  });

  it("keeps the camera's words out of the log's lines", async () => {
    const { get } = await gateWhere(answering(400, 'application/xml', responseStatus(4, 'bad\nline')));
    expect((await failure(get())).message).not.toContain('\n');
  });
});

describe('a stream through the client', () => {
  it('is handed on at its headers, and other requests pass while it is open', async () => {
    const caller = new AbortController();
    const { client, get } = await gateWhere((request, response) => {
      if (request.url !== alertStream.path) return response.end();
      response.writeHead(200, { 'Content-Type': 'multipart/mixed; boundary=boundary' });
      return response.write('--boundary\r\n');
    });
    const stream = await client.openStream({ ...alertStream, signal: caller.signal });
    await expect(get()).resolves.toMatchObject({ status: 200 });
    const [first] = await stream.take(1).toArray();
    expect(String(first)).toBe('--boundary\r\n');
    caller.abort();
    await expect(finished(stream)).rejects.toThrow();
  });

  it('that ended leaves nothing behind at the signal, however often the camera closes it', async () => {
    const { client } = await gateWhere((_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/mixed; boundary=boundary' });
      return response.end('--boundary\r\n');
    });
    const { signal } = new AbortController();
    for (let reconnect = 0; reconnect < 5; reconnect += 1) {
      const body = await client.openStream({ ...alertStream, signal });
      const closed = once(body.socket, 'close');
      body.resume();
      await closed;
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([403, 404])('refused with %i is a slot still held', async (status) => {
    const { client } = await gateWhere(answering(status, 'application/xml', responseStatus(4, 'notSupport')));
    const call = client.openStream({ ...alertStream, signal: new AbortController().signal });
    expect(await failure(call)).toMatchObject({ code: 'camera_busy' });
  });

  it.each([
    ['an error', responseStatus(3, 'deviceError')],
    ['a success that is no stream', responseStatus(1, 'ok')],
  ])('that is %s with 200 is refused', async (_, body) => {
    const { client } = await gateWhere(answering(200, 'application/xml', body));
    const call = client.openStream({ ...alertStream, signal: new AbortController().signal });
    expect(await failure(call)).toMatchObject({ code: 'camera_refused' });
  });

  it('whose headers do not come ends in time', async () => {
    const { client } = await gateWhere(() => {});
    const call = client.openStream({ ...alertStream, headerTimeoutMs: 200, signal: new AbortController().signal });
    expect(await failure(call)).toMatchObject({ code: 'camera_unreachable' });
  });
});
