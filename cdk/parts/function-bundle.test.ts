// A function's bundle, alone in a folder as in Lambda: no package beside it, its keys in the environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { bundle } from '../../test/bench/bundle.ts';
import { EXTERNAL, ROOT } from './bundle.ts';

const CAMERA = '192.0.2.10';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDINVENTED', AWS_SECRET_ACCESS_KEY: 'invented', AWS_SESSION_TOKEN: 'invented' };

const signedBy = new Set<string>();
const aws = createServer((request, response) => {
  const [, key = 'nobody'] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
  signedBy.add(key);
  request.resume().once('end', () => response.writeHead(400, { 'Content-Type': 'application/json' }).end('{}'));
});
afterAll(() => {
  aws.closeAllConnections();
  aws.close();
});

test('the webhook needs nothing that is not in its bundle: it signs with the keys that Lambda gives it', async () => {
  await once(aws.listen(0, '127.0.0.1'), 'listening');
  const address = aws.address();
  const at = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
  const built = await bundle('../../functions/webhook/handler.ts', EXTERNAL);
  const push = readFileSync(join(ROOT, 'test/samples/webhook_7series_composite.http'));
  const event = {
    rawPath: '/api/gate/anpr-event/',
    headers: {},
    requestContext: { http: { sourceIp: CAMERA, method: 'POST' } },
    body: push.toString('base64'),
    isBase64Encoded: true,
  };
  const folder = mkdtempSync(join(tmpdir(), 'gate-function-'));
  try {
    const code = `const { handler } = await import(process.argv[1]);
      const chunks = [];
      for await (const chunk of process.stdin) chunks.push(chunk);
      const { statusCode } = await handler(JSON.parse(Buffer.concat(chunks)));
      process.stderr.write(String(statusCode), () => process.exit());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, built.path], {
      cwd: folder,
      env: {
        ...KEYS,
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: at,
        GATE_QUEUE_URL: `${at}/1/queue`,
        GATE_PICTURES_BUCKET: 'pictures',
        GATE_TABLE: 'gate',
        GATE_CAMERA_IP: CAMERA,
        GATE_CAMERA_USER: 'gate',
        GATE_CAMERA_PASS_SECRET: '/gate/camera',
      },
    });
    child.stdin.end(JSON.stringify(event));
    const [said, log] = await Promise.all([text(child.stderr), text(child.stdout)]);
    // The queue refused what was signed: the camera is asked to come again.
    expect(said).toMatch(/503$/);
    expect(said + log).not.toMatch(/ERR_MODULE_NOT_FOUND|Cannot find/);
    expect([...signedBy]).toEqual([KEYS.AWS_ACCESS_KEY_ID]);
  } finally {
    built.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
