// An SQS that takes everything and keeps nothing, as a process of its own; prints its port.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const Batch = z.object({ Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })) });

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { Entries } = Batch.parse(JSON.parse(Buffer.concat(chunks).toString()));
  // The SDK holds the answer against what it sent.
  const Successful = Entries.map(({ Id, MessageBody }) => {
    return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
  });
  response.setHeader('Content-Type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify({ Successful, Failed: [] }));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
