import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { lookAtDoor } from './look-at-door.ts';
import { watchDoor } from './watch-door.ts';

const NAME = 'video.gate.example.com';
const HOST = '127.0.0.1';
const CERTIFICATE_DAYS = 30;

describe('the door that viewers come through', () => {
  let folder: string;
  let ca: string;
  let server: Server;
  let place: { name: string; host: string; port: number; ca: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gate-door-'));
    const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'crt')];
    const names = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-days', String(CERTIFICATE_DAYS)];
    const form = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const made = spawnSync('openssl', [...form, ...names, '-keyout', keyFile, '-out', certFile], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`could not make a certificate: ${made.stderr}`);
    ca = readFileSync(certFile, 'utf8');
    server = createServer(
      { key: readFileSync(keyFile), cert: ca },
      (_, response) => void response.writeHead(404).end(),
    );
    server.listen(0, HOST);
    await once(server, 'listening');
    place = { name: NAME, host: HOST, port: (server.address() as AddressInfo).port, ca };
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the alarms get of one look. */
  async function watched(changes: Partial<typeof place>) {
    const clock = drivenClock();
    const stop = new AbortController();
    const lines: string[] = [];
    const events: string[] = [];
    const note = (event: string) => void events.push(event);
    await watchDoor({
      place: { ...place, ...changes },
      print: (line) => {
        lines.push(line);
        stop.abort();
      },
      clock,
      log: { info: note, warn: note, error: note },
      signal: stop.signal,
    });
    const { DoorServing, DoorCertificateDays, service } = JSON.parse(lines[0] ?? '{}');
    return { DoorServing, DoorCertificateDays, service, events };
  }

  test('serves while it answers by its name, and its certificate’s days are counted', async () => {
    expect(await watched({})).toEqual({
      DoorServing: 1,
      DoorCertificateDays: CERTIFICATE_DAYS - 1,
      service: 'door',
      events: [],
    });
  });

  test('is closed with a certificate that no browser would take, or for another name', async () => {
    const ours = { name: NAME, host: HOST, port: place.port };
    expect(await lookAtDoor(ours, Date.now())).toMatchObject({ serving: false, certificateDays: null });
    expect(await watched({ name: 'other.example.com' })).toMatchObject({
      DoorServing: 0,
      DoorCertificateDays: undefined,
      events: ['door.closed'],
    });
  });

  test('is closed where nobody listens', async () => {
    const gone = createServer();
    gone.listen(0, HOST);
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    expect(await lookAtDoor({ ...place, port }, Date.now())).toMatchObject({
      serving: false,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('is looked at again and again until it is told to stop', async () => {
    const clock = drivenClock();
    const stop = new AbortController();
    let looks = 0;
    const { promise: thirdLook, resolve } = Promise.withResolvers<void>();
    const done = watchDoor({
      place,
      print: () => {
        looks += 1;
        if (looks === 3) resolve();
        // The sleep begins after the line.
        setImmediate(() => clock.step(300_000));
      },
      clock,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      signal: stop.signal,
    });
    await thirdLook;
    stop.abort();
    await done;
    expect(looks).toBe(3);
  });
});
