import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findBinary } from './find-binary.ts';
import { type Install, installMediaMtx } from './install.ts';
import { temporaryFolder } from './media-server.fixture.ts';
import { digestIn, releaseFor } from './release.ts';
import { unpackFile } from './unpack.ts';

const ARCHIVE = 'mediamtx_v1.16.1_linux_amd64.tar.gz';
const PROGRAM = '#!/bin/sh\necho v1.16.1\n';
/** Enough for tar to be gone before its first byte is asked for, if ever it can. */
const UNPACKED_TIMES = 20;
const HTML = '<html><body>Please log in to the guest network</body></html>';
const cleaning: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

async function folderHere(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleaning.push(remove);
  return folder;
}

/** An archive as a release has it, with the license beside the program. */
async function archiveOf(files: Record<string, string>): Promise<Buffer> {
  const folder = await folderHere();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { stdout, status } = spawnSync('tar', ['-czf', '-', '-C', folder, ...Object.keys(files)]);
  expect(status).toBe(0);
  return stdout;
}

type Pages = Record<string, string | Buffer | ((response: ServerResponse) => void)>;

async function releasePage(pages: Pages): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const page = pages[url.replace('/v1.16.1/', '')];
    if (typeof page === 'function') page(response);
    else response.writeHead(page === undefined ? 404 : 200).end(page);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleaning.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const listOf = (bytes: Buffer) =>
  `${'0'.repeat(64)} *mediamtx_v1.16.1_linux_arm64.tar.gz\n${sha256(bytes)} *${ARCHIVE}\n`;

async function installing(pages: Pages, change: Partial<Install> = {}) {
  const folder = await folderHere();
  const seen: number[] = [];
  const install: Install = {
    version: [1, 16, 1],
    machine: { platform: 'linux', arch: 'x64' },
    folder,
    baseUrl: await releasePage(pages),
    progress: (received) => void seen.push(received),
    ...change,
  };
  return { folder, seen, installed: installMediaMtx(install) };
}

describe('installing MediaMTX', () => {
  test('takes the program, and only it, out of a release that its checksums vouch for', async () => {
    const archive = await archiveOf({ 'mediamtx.yml': 'x', mediamtx: PROGRAM, LICENSE: 'MIT' });
    const { folder, seen, installed } = await installing({ [ARCHIVE]: archive, 'checksums.sha256': listOf(archive) });
    const program = await installed;
    expect(await readdir(folder)).toEqual(['mediamtx']);
    expect([await readFile(program, 'utf8'), (await stat(program)).mode & 0o777]).toEqual([PROGRAM, 0o755]);
    expect(seen.at(-1)).toBe(archive.byteLength);
    const found = await findBinary({ binary: undefined, path: '', installFolder: folder });
    expect(found).toEqual({ command: [program], version: [1, 16, 1] });
  });

  test('a small program is whole, however soon it is unpacked', async () => {
    const archive = join(await folderHere(), ARCHIVE);
    await writeFile(archive, await archiveOf({ mediamtx: PROGRAM }));
    for (let n = 0; n < UNPACKED_TIMES; n += 1) {
      const to = join(await folderHere(), 'mediamtx');
      await unpackFile({ archive, name: 'mediamtx', to, maxBytes: 1_000 });
      expect(await readFile(to, 'utf8')).toBe(PROGRAM);
    }
  });

  test('believes a digest from the configuration rather than the release page', async () => {
    const archive = await archiveOf({ mediamtx: PROGRAM });
    const pages = { [ARCHIVE]: archive, 'checksums.sha256': listOf(Buffer.from('other')) };
    const right = await installing(pages, { digest: sha256(archive).toUpperCase() });
    await expect(right.installed).resolves.toBe(join(right.folder, 'mediamtx'));
    const wrong = await installing({ ...pages, 'checksums.sha256': listOf(archive) }, { digest: sha256('other') });
    await expect(wrong.installed).rejects.toThrow(/could not trust/);
  });

  test('leaves the one that is there alone until the new one is whole', async () => {
    const folder = await folderHere();
    await writeFile(join(folder, 'mediamtx'), 'old');
    const archive = await archiveOf({ mediamtx: '#!/bin/sh\necho v1.15.0\n' });
    const pages = { [ARCHIVE]: archive, 'checksums.sha256': listOf(archive) };
    await expect((await installing(pages, { folder })).installed).rejects.toThrow(/says that it is v1\.15\.0/);
    expect([await readFile(join(folder, 'mediamtx'), 'utf8'), await readdir(folder)]).toEqual(['old', ['mediamtx']]);
  });

  test.each<[string, RegExp, (archive: Buffer) => Pages]>([
    [
      'the archive is not the one that the list names',
      /could not trust .*: its SHA-256 is [0-9a-f]{64} and not [0-9a-f]{64}/,
      (archive) => ({ [ARCHIVE]: Buffer.concat([archive, Buffer.from('x')]), 'checksums.sha256': listOf(archive) }),
    ],
    [
      'the download is cut',
      /could not download .*(closed|terminated|aborted)/,
      (archive) => ({
        [ARCHIVE]: (response) => {
          response.writeHead(200, { 'Content-Length': archive.byteLength });
          response.write(archive.subarray(0, 20), () => response.destroy());
        },
        'checksums.sha256': listOf(archive),
      }),
    ],
    [
      'it comes as a log-in page',
      /could not find the checksum of .* what came is no such list/,
      () => ({ [ARCHIVE]: HTML, 'checksums.sha256': HTML }),
    ],
    [
      'the log-in page comes with its own checksum',
      /could not unpack mediamtx/,
      () => ({ [ARCHIVE]: HTML, 'checksums.sha256': listOf(Buffer.from(HTML)) }),
    ],
    ['there is no such release', /it answered 404/, () => ({})],
    [
      'nothing comes any more',
      /nothing came any more/,
      (archive) => ({
        [ARCHIVE]: (response) => response.writeHead(200).write(archive.subarray(0, 20)),
        'checksums.sha256': listOf(archive),
      }),
    ],
  ])('%s: nothing is installed, and it says what to do by hand', async (_, why, pages) => {
    const archive = await archiveOf({ mediamtx: PROGRAM });
    const { folder, installed } = await installing(pages(archive), { silenceTimeoutMs: 300 });
    const message = await installed.then(String, (error: Error) => error.message);
    expect(message).toMatch(why);
    expect(message).toContain(`fetch http://127.0.0.1`);
    expect(message).toContain(`to ${join(folder, 'mediamtx')} (mode 755)`);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a release without the program', async () => {
    const archive = await archiveOf({ LICENSE: 'MIT' });
    const { installed } = await installing({ [ARCHIVE]: archive, 'checksums.sha256': listOf(archive) });
    await expect(installed).rejects.toThrow(/could not unpack mediamtx: .*mediamtx/);
  });

  test('without a way out', async () => {
    const { installed } = await installing({}, { baseUrl: 'http://127.0.0.1:1' });
    await expect(installed).rejects.toThrow(/could not download .*\nBy hand, from a machine with a way out/);
  });

  test.each<[string, Partial<Install>, RegExp]>([
    ['a machine without a release', { machine: { platform: 'win32', arch: 'x64' } }, /none for win32 on x64/],
    ['the release that crashes', { version: [1, 16, 0] }, /it crashes with cameras/],
    ['a digest that is none', { digest: 'abc' }, /MEDIAMTX_SHA256 is no SHA-256/],
  ])('%s is refused before anything is fetched', async (_, change, why) => {
    let asked = 0;
    const count = (response: ServerResponse) => {
      asked += 1;
      response.end();
    };
    const { installed } = await installing({ [ARCHIVE]: count, 'checksums.sha256': count }, change);
    await expect(installed).rejects.toThrow(why);
    expect(asked).toBe(0);
  });
});

describe('what a release is called', () => {
  test.each<[NodeJS.Platform, NodeJS.Architecture, string]>([
    ['linux', 'x64', 'mediamtx_v1.20.1_linux_amd64.tar.gz'],
    ['linux', 'arm64', 'mediamtx_v1.20.1_linux_arm64.tar.gz'],
    ['darwin', 'arm64', 'mediamtx_v1.20.1_darwin_arm64.tar.gz'],
  ])('for %s on %s', (platform, arch, name) => {
    expect(releaseFor([1, 20, 1], { platform, arch })).toEqual({
      archiveName: name,
      archiveUrl: `https://github.com/bluenviron/mediamtx/releases/download/v1.20.1/${name}`,
      checksumsUrl: 'https://github.com/bluenviron/mediamtx/releases/download/v1.20.1/checksums.sha256',
    });
  });

  test('a checksum is taken from its own line only', () => {
    const digest = 'A'.repeat(64);
    expect(digestIn(`${digest} *x${ARCHIVE}\r\n${'b'.repeat(64)} *${ARCHIVE}\r\n`, ARCHIVE)).toBe('b'.repeat(64));
    expect(digestIn(`${digest}  ${ARCHIVE}`, ARCHIVE)).toBe('a'.repeat(64));
    expect([digestIn('', ARCHIVE), digestIn(`abc *${ARCHIVE}`, ARCHIVE)]).toEqual([null, null]);
  });
});
