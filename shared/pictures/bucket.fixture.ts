// For tests: the little of S3 that the picture store speaks, on a loopback port.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';

export type Bucket = {
  client: S3Client;
  name: string;
  /** What the bucket holds, by key. */
  objects: Map<string, Buffer>;
  /** Statuses and error codes to answer the next PUTs with, before the bucket works again. */
  faults: { status: number; code: string }[];
  puts: number;
  close(): Promise<void>;
};

export async function openBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const name = 'lane-pictures';

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const key = url.pathname.replace(`/${name}/`, '');
    if (request.method === 'GET') {
      const contentType = url.searchParams.get('response-content-type') ?? 'application/octet-stream';
      response.writeHead(objects.has(key) ? 200 : 404, { 'content-type': contentType }).end(objects.get(key));
      return;
    }
    bucket.puts += 1;
    const body = await bodyOf(request);
    const fault = bucket.faults.shift();
    if (fault) {
      response.writeHead(fault.status).end(`<Error><Code>${fault.code}</Code><Message>as asked</Message></Error>`);
    } else if (request.headers['if-none-match'] === '*' && objects.has(key)) {
      response.writeHead(412).end('<Error><Code>PreconditionFailed</Code><Message>there already</Message></Error>');
    } else {
      objects.set(key, body);
      response.writeHead(200, { etag: '"etag"' }).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const bucket: Bucket = {
    client,
    name,
    objects,
    faults: [],
    puts: 0,
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return bucket;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
