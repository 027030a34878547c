import type { TestContext } from 'vitest';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { startCamera } from '../camera.ts';
import type { CameraOptions } from '../camera-options.ts';
import {
  describeLoggedIn,
  picturesIn,
  playing,
  type RtspClient,
  rtspClient,
  streamUrl,
} from './rtsp-client.fixture.ts';
import type { RtspFault } from './rtsp-fault.ts';

/** A camera of the test's own, its visitors, and all of them gone when it is over: these tests wait side by side. */
export async function open({ onTestFinished }: TestContext, options: CameraOptions = {}) {
  const camera = await startCamera({ heartbeatMs: false, pictures: { drawn: 'none' }, ...options });
  const clients: RtspClient[] = [];
  const url = streamUrl(camera, 'sub');
  const remembered = async (client: Promise<RtspClient>) => {
    clients.push(await client);
    return client;
  };
  onTestFinished(async () => {
    for (const client of clients) client.close();
    await camera.close();
  });
  const visit = () => remembered(rtspClient(camera));
  return {
    camera,
    url,
    visit,
    play: (kind: StreamKind = 'sub') => remembered(playing(camera, kind)),
    login: async (password = camera.password) => describeLoggedIn(await visit(), { ...camera, password }, url),
  };
}
export const openFailing = (test: TestContext, rtsp: RtspFault) => open(test, { faults: { rtsp } });
export const sees = (client: RtspClient, count: number) =>
  client.until(() => picturesIn(client.packets).length >= count);
