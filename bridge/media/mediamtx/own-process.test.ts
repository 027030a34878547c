import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeBinary } from './fake-binary.fixture.ts';
import { settlePorts } from './free-ports.ts';
import { isAlive, pidIn, startServer, temporaryFolder, until } from './media-server.fixture.ts';
import type { MediaServerDependencies } from './media-server.ts';

const PARENT = fileURLToPath(new URL('process.test-child.ts', import.meta.url));
const cleaning: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

async function folderHere(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleaning.push(remove);
  return folder;
}

async function started(binary: string, folder: string, change?: Partial<MediaServerDependencies>) {
  const under = await startServer(binary, folder, change);
  cleaning.push(under.stop);
  return under;
}

describe.skipIf(process.platform !== 'linux')('a MediaMTX whose parent was killed', () => {
  async function parentOf(binary: string, folder: string, ports: object): Promise<ChildProcess> {
    const parent = spawn(process.execPath, [PARENT, binary, folder, JSON.stringify(ports)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleaning.push(async () => parent.kill('SIGKILL'));
    await once(parent.stdout ?? parent, 'data');
    return parent;
  }

  test('is ended by the next one, which takes its ports over', async () => {
    const folder = await folderHere();
    const binary = await fakeBinary(folder, { kind: 'serves' });
    const ports = await settlePorts({ api: 0, webrtc: 0, hls: 0, rtsp: 0, media: 0 });
    const parent = await parentOf(binary, folder, ports);
    const leftover = await pidIn(folder);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(isAlive(leftover)).toBe(true);

    const settings = { ports, hookUrl: 'http://127.0.0.1:9/auth', rtspHost: '127.0.0.1', mediaHosts: [] };
    const under = await started(binary, folder, { settings });
    await under.server.ready(10_000);
    expect(isAlive(leftover)).toBe(false);
    expect(under.server.state.restarts).toBe(0);
  });

  test('is left alone while its parent lives', async () => {
    const folder = await folderHere();
    const binary = await fakeBinary(folder, { kind: 'serves' });
    const ports = await settlePorts({ api: 0, webrtc: 0, hls: 0, rtsp: 0, media: 0 });
    const parent = await parentOf(binary, folder, ports);
    cleaning.push(async () => process.kill(pid, 'SIGKILL'));
    const pid = await pidIn(folder);
    const settings = { ports, hookUrl: 'http://127.0.0.1:9/auth', rtspHost: '127.0.0.1', mediaHosts: [] };
    const under = await started(binary, folder, { settings });
    await until(
      () => under.server.state.status,
      (status) => status === 'restarting',
    );
    expect([isAlive(pid), under.server.state.reason]).toEqual([true, expect.stringContaining('is taken')]);
    parent.kill('SIGKILL');
  });
});
