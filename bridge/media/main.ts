// The media process: MediaMTX, and the door in front of it. Beside the bridge that holds the plates, and without a part
// in common but the guard: either may be restarted or fail while the other goes on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { ticketSecret } from '../../shared/store/ticket-secret.ts';
import { videoStates } from '../../shared/store/video-states.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import { STREAM_KINDS, streamName } from '../../shared/video/stream-name.ts';
import { notifySystemd } from '../host/notify-systemd.ts';
import { keepReported } from '../keep-reported.ts';
import { bridgeLog } from '../log.ts';
import { openAccounts } from '../open-accounts.ts';
import { makeStateFolder } from '../state-folder.ts';
import { stopSignal } from '../stop-signal.ts';
import { readMediaConfig } from './config.ts';
import { openDoor } from './door/open-door.ts';
import { openHook } from './door/open-hook.ts';
import { createPasses } from './door/passes.ts';
import { readerDecision } from './door/reader-decision.ts';
import { createRtspReaders } from './door/rtsp-readers.ts';
import { ticketReader } from './door/ticket-reader.ts';
import { findBinary } from './mediamtx/find-binary.ts';
import { settlePorts } from './mediamtx/free-ports.ts';
import { runMediaServer } from './mediamtx/media-server.ts';
import { probeStream } from './rtsp/probe-stream.ts';
import { emitVideoMetrics } from './video-state/emit-video-metrics.ts';
import { videoMark, videoReport } from './video-state/video-report.ts';
import { createWake } from './wake/wake.ts';

/** What leases of the camera account call this process. */
const HOLDER = 'media';

const log = bridgeLog();

async function run(): Promise<void> {
  const config = readMediaConfig(process.env, (path) => readFileSync(path, 'utf8'));
  await makeStateFolder(config.stateFolder);
  const systemd = notifySystemd({ env: process.env, log });
  const signal = stopSignal(systemd);

  const table = { client: tableClient(), table: config.table };
  const { cameras, merged } = openAccounts({ ...config, table, holder: HOLDER, clock, log, signal });

  const hook = await openHook({ port: config.hookPort });
  const folder = join(config.stateFolder, 'media');
  const ports = await settlePorts(config.mediamtx.ports);
  const server = runMediaServer({
    find: () => findBinary({ binary: config.mediamtx.binary, path: process.env.PATH, installFolder: folder }),
    settings: {
      ports,
      hookUrl: hook.url,
      rtspHost: config.mediamtx.rtspHost,
      mediaHosts: config.webrtcHosts,
    },
    folder,
    clock,
    log,
    signal,
  });
  const probe: Parameters<typeof createWake>[0]['probe'] = (opened, kind, deps) =>
    probeStream(opened, kind, { ...deps, clock });
  const wake = createWake({ cameras, server, probe, clock, log, signal });
  const tickets = ticketReader({ ticketKey: ticketSecret(table), clock, log });
  const passes = createPasses();
  const rtspReaders = createRtspReaders();
  hook.decideBy(readerDecision({ passes, rtspReaders, tickets, wake, clock, log }));

  const verifyToken = tokenVerifier(config.token);
  verifyToken.prefetch().catch((error: unknown) => log.warn('issuer.keys.missing', { reason: reasonOf(error) }));
  const streams = [...cameras.keys()].flatMap((camera) => STREAM_KINDS.map((kind) => streamName(camera, kind)));
  const door = await openDoor(
    { ...config.door, streams, origins: config.origins },
    { verifyToken, tickets, passes, rtspReaders, media: server, wake, clock, log },
  );

  const states = videoStates(table);
  // The last word is said when MediaMTX has gone.
  const ended = new AbortController();
  const reportOn = (camera: Parameters<typeof videoReport>[0]) =>
    videoReport(camera, { server: server.state, streams: wake.streams(), viewers: door.viewers() }, clock.now());
  const reported = keepReported({
    reports: [...cameras.keys()].map((camera) => ({
      changeMark: () => videoMark(reportOn(camera)),
      write: () => states.write(camera, reportOn(camera)),
    })),
    name: 'video_state',
    clock,
    log,
    signal: ended.signal,
  });
  const emitted = emitVideoMetrics({
    cameras: [...cameras.keys()],
    report: reportOn,
    print: (line) => void process.stdout.write(`${line}\n`),
    clock,
    signal,
  });
  systemd.ready();
  log.info('media.started', { cameras: cameras.size, doorPort: door.port, rtspPort: ports.rtsp });

  await server.done;
  await door.close();
  await wake.done;
  ended.abort();
  await reported;
  await emitted;
  await merged;
  await hook.close();
  systemd.close();
  log.info('media.stopped');
}

run().catch((error: unknown) => {
  log.error('media.failed', { reason: reasonOf(error) });
  process.exitCode = 1;
  process.exit();
});
