// Something on the Internet that answers whatever a test wants.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = { status: number; headers?: Record<string, string>; body?: string };
export type Answering = { url: string; asked: string[]; close(): void };

/** `reply` by the path asked for, and whether with credentials; null never answers, `reset` hangs up. */
export async function openAnswering(
  reply: (path: string, hasCredentials: boolean) => Reply | 'reset' | null,
): Promise<Answering> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'without a token'}`);
    const answer = reply(request.url ?? '', request.headers.authorization !== undefined);
    if (answer === 'reset') request.socket.resetAndDestroy();
    else if (answer !== null) response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
