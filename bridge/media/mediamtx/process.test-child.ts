// A parent of MediaMTX that a test can kill: `node process.test-child.ts <binary> <folder> <ports as JSON>`.
import { systemClock as clock } from '../../../shared/support/clock.ts';
import { silentLog as log } from '../../../shared/support/log.ts';
import { findBinary } from './find-binary.ts';
import { runMediaServer } from './media-server.ts';

const [, , binary, folder = '', ports = '{}'] = process.argv;
const server = runMediaServer({
  find: () => findBinary({ binary, path: undefined, installFolder: folder }),
  settings: { ports: JSON.parse(ports), hookUrl: 'http://127.0.0.1:9/auth', rtspHost: '127.0.0.1', mediaHosts: [] },
  folder,
  clock,
  log,
  signal: new AbortController().signal,
});
await server.ready(10_000);
process.stdout.write('serving\n');
