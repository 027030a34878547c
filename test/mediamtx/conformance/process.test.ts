// Start, reload and end (MEDIAMTX.md 1 and 8).
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { configurationText } from '../../../bridge/media/mediamtx/configuration.ts';
import { PINNED_VERSION, parseVersion } from '../../../bridge/media/mediamtx/version.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { parseConfig } from '../config/config.ts';
import { quirksOf } from '../quirks.ts';
import { freePorts, type RunningBinary, runBinary, testConfig } from '../run-binary.fixture.ts';
import { comparedServers } from './compared.fixture.ts';

const Listed = z.object({ items: z.array(z.object({ name: z.string() })) });
const NOBODY = 'http://127.0.0.1:1/auth';

const { folder, servers } = await comparedServers();

describe.each(servers)('$name', ({ bin, isNewer, standIn }) => {
  const configOf = async (changes: object = {}) => {
    const ports = await freePorts();
    return { ports, config: { ...testConfig(ports, { hookUrl: NOBODY, isNewer }), ...changes } };
  };
  const run = async (changes: object = {}): Promise<RunningBinary> =>
    runBinary({ bin, folder, ...(await configOf(changes)) });

  /** What stands on stdout before the exit with code 1, '' for no refusal. The stand-in's reader is asked directly: a process for each is slow. */
  async function refusal(changes: object): Promise<string> {
    const { config } = await configOf(changes);
    if (standIn !== null) {
      try {
        parseConfig(JSON.stringify(config), quirksOf(standIn.release));
        return '';
      } catch (error) {
        return `ERR: ${reasonOf(error)}`;
      }
    }
    const server = await run(changes);
    if (server.messages().some((message) => message.startsWith('[API]'))) {
      await server.stop();
      return '';
    }
    expect(await server.exited).toBe(1);
    return server.output().trim();
  }

  test.each<[string, object, string]>([
    ['a key that nobody knows', { foo: 1 }, 'ERR: json: unknown field "foo"'],
    ['a duration without unit', { readTimeout: '10' }, 'ERR: time: missing unit in duration "10"'],
    ['a timeout of nothing', { readTimeout: '0s' }, "ERR: 'readTimeout' must be greater than zero"],
    ['an odd queue', { writeQueueSize: 500 }, "ERR: 'writeQueueSize' must be a power of two"],
    ['an odd level', { logLevel: 'loud' }, "ERR: invalid log level: 'loud'"],
    ['no hook', { authHTTPAddress: '' }, "ERR: 'authHTTPAddress' is empty"],
    [
      'a useless wish',
      { paths: { a: { sourceOnDemand: true } } },
      "ERR: 'sourceOnDemand' is useless when source is 'publisher'",
    ],
    [
      'no address for media',
      { webrtcAdditionalHosts: [] },
      "ERR: at least one between 'webrtcIPsFromInterfaces' or 'webrtcAdditionalHosts' must be filled",
    ],
  ])('%s ends the start with a plain line', async (_, changes, line) => {
    expect(await refusal(changes)).toBe(line);
  });

  test('moq is a key of the newer line only', async () => {
    expect(await refusal({ moq: false })).toBe(isNewer ? '' : 'ERR: json: unknown field "moq"');
  });

  test('a file that makes no sense ends the start with code 1', async () => {
    const server = await run({ foo: 1 });
    expect([await server.exited, server.output().trim()]).toEqual([1, 'ERR: json: unknown field "foo"']);
  });

  test('a port that is taken ends the start with code 1, an old name is a warning, SIGTERM a graceful end', async () => {
    const first = await run({ rtspTransports: undefined, protocols: ['tcp'] });
    expect(first.output()).toContain(
      "WAR parameter 'protocols' is deprecated and has been replaced with 'rtspTransports'",
    );
    const taken = `127.0.0.1:${first.ports.api}`;
    const second = await run({ hlsAddress: taken });
    expect(await second.exited).toBe(1);
    expect(second.messages()).toContain(`listen tcp ${taken}: bind: address already in use`);

    expect(await first.stop()).toBe(0);
    const closing = isNewer ? 'closing' : 'listener is closing';
    expect(first.messages().slice(-8)).toEqual([
      'shutting down gracefully',
      ...['[API]', '[WebRTC]', '[HLS]', '[RTSP]', '[metrics]'].map((name) => `${name} ${closing}`),
      'waiting for running hooks',
      '',
    ]);
  });

  test('a changed file is read again without what the API had added, a broken one ends it with code 0', async () => {
    const { ports, config } = await configOf();
    const server = await runBinary({ bin, folder, ports, config });
    const names = async () => Listed.parse(await (await server.api('paths/list')).json()).items.map(({ name }) => name);
    await server.api('config/paths/add/by-api', { method: 'POST', body: '{"source":"rtsp://127.0.0.1/x"}' });
    await server.rewrite({ ...config, paths: { 'by-file': { source: 'rtsp://127.0.0.1/y', sourceOnDemand: true } } });
    await expect.poll(names).toEqual(['by-file']);
    // Written again and again: within a second of the last reading, MediaMTX is deaf.
    const broken = setInterval(() => void server.rewrite({ nonsense: 1 }), 300);
    expect(await server.exited).toBe(0);
    clearInterval(broken);
    expect(server.messages()).toContain('json: unknown field "nonsense"');
  });
});

describe.each(servers.flatMap(({ standIn }) => (standIn === null ? [] : [standIn])))('$release', (standIn) => {
  const { release, bin, command } = standIn;
  const isNewer = quirksOf(release).hasMoq;

  test("the bridge's own configuration is taken without a warning", () => {
    const ports = { api: 1, webrtc: 2, hls: 3, rtsp: 4, media: 5 };
    const settings = { ports, hookUrl: NOBODY, rtspHost: '127.0.0.1', mediaHosts: ['192.0.2.7'] };
    const version = parseVersion(release) ?? PINNED_VERSION;
    const { settings: read, paths, warnings } = parseConfig(configurationText(version, settings), quirksOf(release));
    expect({ warnings, paths: paths.size }).toEqual({ warnings: [], paths: 1 });
    expect(read).toMatchObject({ rtmp: false, srt: false, hlsMuxerCloseAfter: 15_000, authMethod: 'http' });
  });

  test('on command its API falls silent, and it dies like a Go program', async () => {
    const ports = await freePorts();
    const config = testConfig(ports, { hookUrl: NOBODY, isNewer });
    const server = await runBinary({ bin, folder, ports, config });
    await command('freeze-api');
    let isAnswered = false;
    const asked = server.api('info').then((response) => {
      isAnswered = true;
      return response.status;
    });
    // Others are served meanwhile.
    expect((await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).status).toBe(200);
    expect(isAnswered).toBe(false);
    await command('thaw-api');
    expect(await asked).toBe(200);

    await command('crash');
    expect(await server.exited).toBe(2);
    expect(server.output()).toContain('panic: runtime error');
  });
});
