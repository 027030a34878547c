// What API Gateway does: an HTTP request becomes a version 2.0 event, the function's result an HTTP response.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** API Gateway's own limit (aws.md 1.1). */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** What a function may still take when the gateway closes: the longest move and its stops. */
const FUNCTION_TIMEOUT_MS = 15_000;
/** What reaches a function as text; everything else comes base64-coded. */
const TEXT = /^(?:text\/|application\/(?:json|xml|javascript))/i;

export type LambdaResult = {
  statusCode?: number | undefined;
  headers?: Record<string, string | number | boolean | string[]> | undefined;
  cookies?: string[] | undefined;
  body?: string | undefined;
  isBase64Encoded?: boolean | undefined;
};
export type Lambda = (event: APIGatewayProxyEventV2) => Promise<LambdaResult>;
/** The first route whose method and prefix fit serves the request. */
export type Route = { method?: string; prefix: string; lambda: Lambda };
/** For what no function serves: the pictures, which S3 would. Returns false when it is not its own. */
export type Aside = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export type Gateway = { port: number; close(): Promise<void> };

export async function openGateway(port: number, routes: readonly Route[], aside: Aside): Promise<Gateway> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = serve(request, response, routes, aside)
      .catch(() => void response.destroy())
      .finally(() => underWay.delete(served));
    underWay.add(served);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      // As Lambda does, a function that has begun runs to its end: a lens must not be left moving.
      const late = new Promise((done) => setTimeout(done, FUNCTION_TIMEOUT_MS).unref());
      await Promise.race([Promise.allSettled(underWay), late]);
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  aside: Aside,
): Promise<void> {
  if (await aside(request, response)) return;
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (!url) {
    response.writeHead(400, { Connection: 'close' }).end();
    return;
  }
  const route = routes.find(
    ({ method = request.method, prefix }) => method === request.method && url.pathname.startsWith(prefix),
  );
  const body = await bodyOf(request);
  if (!route || body === 'too large') {
    const [status, message] = route ? [413, 'Request Too Long'] : [404, 'Not Found'];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
    return;
  }
  const result = await route.lambda(eventOf(request, url, body));
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name] = String(value);
  if (result.cookies) headers['set-cookie'] = result.cookies;
  response.writeHead(result.statusCode ?? 200, headers);
  response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // What is too much is read all the same, or the sender would never see the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? 'too large' : Buffer.concat(chunks);
}

function eventOf(request: IncomingMessage, url: URL, body: Buffer): APIGatewayProxyEventV2 {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  const isText = TEXT.test(headers['content-type'] ?? '');
  const method = request.method ?? 'GET';
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key).join(',')]),
  );
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method,
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date().toISOString(),
      timeEpoch: Date.now(),
    },
  };
}
