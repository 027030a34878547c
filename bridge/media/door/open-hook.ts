// MediaMTX asks here before it lets any reader in, so that nothing reaches it around the door.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DecideReader, ReaderQuestionSchema } from './reader-decision.ts';

const LOOPBACK = '127.0.0.1';
const PATH = '/mediamtx/auth';
const MAX_QUESTION_BYTES = 16_384;
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 256;

export type Hook = {
  port: number;
  /** What MediaMTX's `authHTTPAddress` must say. */
  url: string;
  /** Until it is called everybody is refused: MediaMTX may ask before the rest stands. */
  decideBy(decide: DecideReader): void;
  counts(): { allowed: number; refused: number };
  close(): Promise<void>;
};

/** Listens on loopback; port 0 for any free one. */
export async function openHook({ port }: { port: number }): Promise<Hook> {
  const counts = { allowed: 0, refused: 0 };
  let decide: DecideReader = () => false;

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    take(request).then(
      (question) => answer(response, question),
      // The question broke off; there is nobody to answer.
      () => request.destroy(),
    );
  });

  function answer(response: ServerResponse, question: unknown): void {
    const parsed = ReaderQuestionSchema.safeParse(question);
    const allowed = parsed.success && decide(parsed.data);
    counts[allowed ? 'allowed' : 'refused'] += 1;
    // Without a word: MediaMTX would write it into its log.
    response.writeHead(allowed ? 204 : 401, { 'Content-Length': 0 }).end();
  }

  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    url: `http://${LOOPBACK}:${taken}${PATH}`,
    decideBy: (decision) => {
      decide = decision;
    },
    counts: () => ({ ...counts }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The question, null when it is none. */
async function take(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_QUESTION_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_QUESTION_BYTES || request.method !== 'POST' || request.url !== PATH) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
}
