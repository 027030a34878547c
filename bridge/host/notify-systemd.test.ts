// What systemd would hear, by the real systemd-notify, on a real datagram socket: Perl's, for Node has none.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../shared/support/log.ts';
import { feedEveryMs, notifySystemd } from './notify-systemd.ts';

const HAS_TOOLS = ['systemd-notify', 'perl'].every((tool) => spawnSync('which', [tool]).status === 0);
/** Prints each datagram as a line; "@" at the front of the address stands for the NUL of an abstract one. */
const LISTENER = `
  use Socket; $| = 1; my $path = $ARGV[0]; $path =~ s/^@/\\0/;
  socket(S, PF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un($path)) or die $!; print "listening\\n";
  while (defined recv(S, my $m, 4096, 0)) { $m =~ s/\\n/ /g; print "$m\\n" }`;
const THREE_FEEDS_A_SECOND = { WATCHDOG_USEC: '1000000', WATCHDOG_PID: String(process.pid) };

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

describe.skipIf(!HAS_TOOLS)('systemd hears', () => {
  let folder: string;
  let perl: ChildProcess;
  let heard: AsyncIterator<string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-notify-'));
  });
  afterEach(async () => {
    perl.kill();
    await once(perl, 'exit');
    await rm(folder, { recursive: true, force: true });
  });

  async function listen(address: string): Promise<void> {
    perl = spawn('perl', ['-e', LISTENER, address], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (!perl.stdout) throw new Error('perl has no output');
    heard = createInterface({ input: perl.stdout })[Symbol.asyncIterator]();
    expect(await next()).toBe('listening');
  }
  /** What came next, but for the barrier by which systemd-notify waits until its word has been read. */
  async function next(): Promise<string> {
    const { value } = await heard.next();
    return value === 'BARRIER=1' ? next() : String(value).trim();
  }

  test.for(['path', 'abstract'])(
    'that the bridge is ready, alive and stopping, at a socket of the kind %s',
    async (kind) => {
      const address = kind === 'path' ? join(folder, 'notify') : `@gate-camera-test-${process.pid}`;
      await listen(address);
      const systemd = notifySystemd({
        env: { PATH: process.env.PATH, NOTIFY_SOCKET: address, ...THREE_FEEDS_A_SECOND },
        log: silent,
      });
      systemd.ready('reads plates');
      expect(await next()).toBe('READY=1 STATUS=reads plates');
      expect([await next(), await next()]).toEqual(['WATCHDOG=1', 'WATCHDOG=1']);
      systemd.close();
      systemd.stopping();
      // A feed that was on its way is a process of its own, and may still come first.
      let last = await next();
      while (last === 'WATCHDOG=1') last = await next();
      expect(last).toBe('STOPPING=1');
    },
  );

  test('nothing of the watchdog where it is off', async () => {
    const address = join(folder, 'notify');
    await listen(address);
    const systemd = notifySystemd({ env: { PATH: process.env.PATH, NOTIFY_SOCKET: address }, log: silent });
    systemd.ready();
    expect(await next()).toBe('READY=1');
    systemd.stopping();
    expect(await next()).toBe('STOPPING=1');
  });
});

test('a process that systemd has not started starts nothing to tell it', () => {
  const systemd = notifySystemd({ env: { PATH: '/nowhere' }, log: { ...silent, warn: () => expect.unreachable() } });
  systemd.ready();
  systemd.stopping();
  systemd.close();
});

test('where systemd-notify is missing, it is said once', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const said: string[] = [];
  const warn = (event: string) => {
    said.push(event);
    resolve(event);
  };
  const systemd = notifySystemd({
    env: { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/notify' },
    log: { ...silent, warn },
  });
  systemd.ready();
  expect(await promise).toBe('systemd.untold');
  systemd.stopping();
  systemd.stopping();
  await new Promise((turned) => setImmediate(turned));
  expect(said).toEqual(['systemd.untold']);
});

test('the watchdog is fed three times in its time, and only that of this process', () => {
  expect(feedEveryMs({ WATCHDOG_USEC: '60000000' }, 7)).toBe(20_000);
  expect(feedEveryMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 7)).toBe(20_000);
  expect(feedEveryMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, 7)).toBeNull();
});

test('whatever the environment says, the watchdog is fed in time or not at all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.nat().map(String)), (text) => {
      const everyMs = feedEveryMs({ WATCHDOG_USEC: text }, 7);
      return everyMs === null || (everyMs >= 1 && everyMs * 3 <= Number(text) / 1000);
    }),
  );
});
