import { once } from 'node:events';
import { Agent, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from './guard/gate.test-support.ts';
import { type CameraRequest, httpTransport, readBody } from './transport.ts';

let server: Server;
let sockets: Socket[];
let received: string;
let port: number;

/** Answers the first bytes of each connection with `answer`, as they are. */
let answer: (socket: Socket) => void;

beforeEach(async () => {
  sockets = [];
  received = '';
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += data.toString('latin1');
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

const open = (over: Partial<CameraRequest> = {}, agent?: Agent): Promise<IncomingMessage> =>
  httpTransport(agent ? { agent } : {}).open({
    address: { host: '127.0.0.1', httpPort: port },
    method: 'GET',
    path: '/ISAPI/x?a=b',
    headers: {},
    headerTimeoutMs: 5_000,
    ...over,
  });
const whole = { maxBytes: 100, timeoutMs: 5_000 };

describe('a request to the camera', () => {
  it('asks for exactly the path, without compression', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    await readBody(await open(), whole);
    expect(received).toMatch(/^GET \/ISAPI\/x\?a=b HTTP\/1\.1\r\n/);
    expect(received).not.toMatch(/accept-encoding/i);
  });

  it.each([
    ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi'],
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi'],
    ['HTTP/1.0 and no length', 'HTTP/1.0 200 OK\r\nServer:\r\n\r\nhi'],
    ['a control character in a header', 'HTTP/1.1 200 OK\r\nServer: a\x01b\r\nContent-Length: 2\r\n\r\nhi'],
  ])('understands an old camera with %s', async (_, bytes) => {
    answer = (socket) => socket.end(bytes);
    const response = await open();
    expect(response.statusCode).toBe(200);
    expect((await readBody(response, whole)).toString()).toBe('hi');
  });

  it('does not follow redirects', async () => {
    answer = (socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n');
    expect((await open()).statusCode).toBe(302);
    expect(sockets).toHaveLength(1);
  });

  it('uses a new connection each, or those of the agent it is given', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    for (let n = 0; n < 2; n += 1) await readBody(await open(), whole);
    expect(sockets).toHaveLength(2);
    const agent = new Agent({ keepAlive: true });
    for (let n = 0; n < 3; n += 1) await readBody(await open({}, agent), whole);
    expect(sockets).toHaveLength(3);
    agent.destroy();
  });

  it.each([
    ['says nothing', () => {}],
    ['stops amid its headers', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nServer: x')],
  ])('to a camera that %s ends in time', async (_, behaviour) => {
    answer = behaviour;
    const error = await failure(open({ headerTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'camera_unreachable' });
    expect(error.message).toMatch(/no answer within 50 ms/);
  });

  it.each([
    ['hangs up', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['speaks no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n')],
    [
      'changes the protocol',
      (socket: Socket) => socket.end('HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    ['sends endless headers', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}`)],
  ])('to a camera that %s is unreachable', async (_, behaviour) => {
    answer = behaviour;
    expect(await failure(open())).toMatchObject({ code: 'camera_unreachable' });
  });

  it('to a closed port is unreachable', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await failure(open())).toMatchObject({ code: 'camera_unreachable' });
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    answer = () => caller.abort();
    expect(await failure(open({ signal: caller.signal }))).toMatchObject({ code: 'camera_unreachable' });
  });
});

describe('a connection', () => {
  it('is closed once its answer is read, even where the camera was asked to keep it', async () => {
    const closed = new Promise((resolve) => {
      answer = (socket) => {
        socket.once('close', resolve);
        socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
      };
    });
    const response = await open({ headers: { Connection: 'keep-alive' } });
    expect((await readBody(response, whole)).toString()).toBe('no');
    await closed;
  });
});

describe("the camera's body", () => {
  it('beyond its limit is refused and not read on', async () => {
    answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_000)}`);
    const response = await open();
    const hungUp = sockets.map((socket) => once(socket, 'close'));
    expect(await failure(readBody(response, whole))).toMatchObject({ code: 'camera_refused' });
    await Promise.all(hungUp);
  });

  it('that drips for ever ends in time', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx');
    const body = readBody(await open(), { ...whole, timeoutMs: 50 });
    expect(await failure(body)).toMatchObject({ code: 'camera_unreachable' });
  });

  it('cut short is no body', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf');
    expect(await failure(readBody(await open(), whole))).toMatchObject({ code: 'camera_unreachable' });
  });

  it('cut before anybody reads it is an error for the reader, not for the process', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf');
    const response = await open();
    const closed = new Promise((resolve) => response.on('close', resolve));
    sockets[0]?.resetAndDestroy();
    await closed;
    expect(await failure(readBody(response, whole))).toMatchObject({ code: 'camera_unreachable' });
  });
});
