import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCameras } from '../../../shared/isapi/cameras.ts';
import { labelPassword } from '../../../shared/isapi/guard/password-label.ts';
import { openCameras } from '../../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../../shared/isapi/transport.ts';
import { systemClock } from '../../../shared/support/clock.ts';
import { silentLog } from '../../../shared/support/log.ts';
import { type ApiBench, openApi } from '../api.fixture.ts';

let gate: ApiBench;
let folder: string;
beforeAll(async () => {
  gate = await openApi();
  folder = await mkdtemp(join(tmpdir(), 'gate-rearm-'));
});
afterAll(async () => {
  await gate.close();
  await rm(folder, { recursive: true });
});

test('an operator whose word cannot be taken, since the key of the password’s label is empty, is told what to do', async () => {
  const key = join(folder, 'password-label.key');
  await writeFile(key, '');
  const cameras = openCameras(
    readCameras({ GATE_CAMERA_IP: '127.0.0.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'unused' }, () => ''),
    {
      ledger: gate.ledger,
      transport: httpTransport(),
      readSecret: () => Promise.reject(new Error('no camera has a stored password')),
      labelPassword: labelPassword.bind(null, folder),
      clock: systemClock,
      log: silentLog,
      holder: 'api',
    },
  );
  const headers = gate.operator(['gate:admin']);
  const answer = await gate.api({ cameras }).request('/api/gate/cameras/gate/rearm', { method: 'POST', headers });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  await expect(answer.json()).resolves.toMatchObject({
    code: 'internal',
    detail: expect.stringMatching(
      /^could not rearm camera gate: could not read the key in .*; restore it, or delete it once/,
    ),
  });
});
