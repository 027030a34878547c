// Beside the proxy that `install.sh --domain` sets up: looks whether viewers get through it, and when its certificate ends.
import { systemClock as clock } from '../../../shared/support/clock.ts';
import { bridgeLog } from '../../log.ts';
import { notifySystemd } from '../notify-systemd.ts';
import { watchDoor } from './watch-door.ts';

const LOOPBACK = '127.0.0.1';
const HTTPS_PORT = 443;

const log = bridgeLog();
const name = process.env.GATE_DOOR_NAME ?? '';
if (name === '') {
  log.error('door.failed', { reason: 'GATE_DOOR_NAME is missing: the name that viewers know the door by' });
  process.exit(1);
}
const stop = new AbortController();
const systemd = notifySystemd({ env: process.env, log });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
systemd.ready();
await watchDoor({
  place: { name, host: LOOPBACK, port: HTTPS_PORT },
  print: (line) => void process.stdout.write(`${line}\n`),
  clock,
  log,
  signal: stop.signal,
});
systemd.close();
