import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Detection } from '../../../shared/detection/detection.ts';
import { readCameras } from '../../../shared/isapi/cameras.ts';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { readPush } from '../../../shared/webhook/intake.ts';
import { pushingCamera } from '../../../shared/webhook/pushing-camera.ts';
import { checkTestRead } from './test-read.ts';

const [configured] = readCameras(
  { GATE_CAMERA_IP: '192.0.2.10', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-1' },
  () => '',
);
if (!configured) throw new Error('one camera was configured');
const camera = configured;

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

/** A webhook that answers with `status` and reads what it is sent as ours does. */
async function webhook(status: number): Promise<{ apiUrl: string; taken: Detection[] }> {
  const taken: Detection[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const contentType = request.headers['content-type'] ?? '';
    const push = {
      contentType,
      body: Buffer.concat(chunks),
      candidates: [pushingCamera(camera)],
      receivedAt: Date.now(),
    };
    if (request.url === '/api/gate/anpr-event/') taken.push(...readPush(push).reads.map(({ detection }) => detection));
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

const look = (over: Partial<Parameters<typeof checkTestRead>[0]>) =>
  checkTestRead({ isAsked: true, apiUrl: null, camera, find: async () => true, clock: drivenClock(), ...over });

test('a test read is found again by its id, and is one of the past: it opens nothing', async () => {
  const { apiUrl, taken } = await webhook(200);
  const found = await look({ apiUrl, find: async (id) => taken.some((detection) => detection.id === id) });
  expect(found).toMatchObject({ status: 'ok', seen: expect.stringContaining('marked late') });
  expect(taken).toMatchObject([{ plate: 'DOCTORTEST', late: true, camera: 'gate' }]);
});

test('one that never comes out names what is between', async () => {
  const { apiUrl } = await webhook(200);
  const clock = drivenClock();
  const looked = look({ apiUrl, clock, find: async () => false });
  await expect.poll(() => clock.sleeping).toBe(1);
  const passing = setInterval(() => clock.step(1_000), 1);
  const lost = await looked.finally(() => clearInterval(passing));
  expect(lost).toMatchObject({ status: 'fail', change: expect.stringContaining('dead-letter queue') });
});

test('nothing is sent unasked, nor where it cannot be looked up', async () => {
  const { apiUrl, taken } = await webhook(200);
  for (const over of [{ isAsked: false, apiUrl }, { apiUrl: null }, { apiUrl, find: null }]) {
    expect(await look(over)).toMatchObject({ status: 'skipped' });
  }
  expect(taken).toEqual([]);
});

test('a webhook that refuses this machine is right; one that fails is not', async () => {
  expect(await look({ apiUrl: (await webhook(403)).apiUrl })).toMatchObject({ status: 'skipped' });
  server?.close();
  expect(await look({ apiUrl: (await webhook(503)).apiUrl })).toMatchObject({ status: 'fail' });
  expect(await look({ apiUrl: 'http://127.0.0.1:1' })).toMatchObject({
    status: 'fail',
    seen: expect.stringContaining('reached'),
  });
});
