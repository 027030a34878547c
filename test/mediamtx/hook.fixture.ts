// An auth hook that lets in whoever says `pass` as token, password or query, and remembers what it was asked.
import { once } from 'node:events';
import { createServer } from 'node:http';

export type Asked = Record<string, unknown>;
export type TestHook = {
  url: string;
  asked: Asked[];
  /** How long every answer takes from now on. */
  slow(ms: number): void;
  close(): Promise<void>;
};

export const PASS = 'pass';

export async function openHook(): Promise<TestHook> {
  const asked: Asked[] = [];
  let delayMs = 0;
  const server = createServer(async (request, response) => {
    const fields: Asked = JSON.parse(Buffer.concat(await request.toArray()).toString());
    asked.push(fields);
    const isIn = [fields.token, fields.password].includes(PASS) || fields.query === `pass=${PASS}`;
    setTimeout(() => response.writeHead(isIn ? 204 : 401).end(isIn ? undefined : 'no pass'), delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/auth`,
    asked,
    slow: (ms) => {
      delayMs = ms;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
