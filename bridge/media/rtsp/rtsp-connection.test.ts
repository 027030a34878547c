import { once } from 'node:events';
import { expect, test } from 'vitest';
import { NeverSent } from '../../../shared/support/errors.ts';
import { scriptedCamera } from './probe.fixture.ts';
import { connectRtsp } from './rtsp-connection.ts';

test('what is asked on a connection that has ended was never sent, so that no guard counts a login', async () => {
  const camera = await scriptedCamera(['RTSP/1.0 401 Unauthorized\r\nCSeq: #\r\n\r\n']);
  const connection = connectRtsp({ host: '127.0.0.1', rtspPort: camera.rtspPort }, {});
  const ended = once(connection.ended, 'abort');
  const request = { method: 'DESCRIBE', url: 'rtsp://127.0.0.1/' };
  expect((await connection.request(request)).status).toBe(401);
  await camera.close();
  await ended;
  await expect(connection.request(request)).rejects.toThrow(NeverSent);
});
