// `npm start`: the whole system on this machine, with a simulated camera, or with yours when GATE_CAMERA_IP is set.
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import colours from 'picocolors';
import { reasonOf } from '../../shared/support/errors.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { driveTraffic } from '../camera/traffic.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';
import { showReads } from './show-reads.ts';
import { showVideo } from './show-video.ts';
import { showWarnings } from './show-warnings.ts';
import { WATCH_LINK_MINUTES, watchLink } from './watch-link.ts';

const HEALTH_TIMEOUT_MS = 25_000;
const HEALTH_EVERY_MS = 100;
/** A terminal tells the processes of a group one after another. */
const GROUP_TOLD_WITHIN_MS = 100;

type Options = { data: string; port: number; every: number };

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('must be a port, 0 to 65535');
  return port;
}

const program = new Command('npm start --')
  .description('The whole gate-camera system on one machine.')
  .option('--data <folder>', 'where its state lives', '.gate-camera')
  .option('--port <number>', 'port of the API', portNumber, 8787)
  .option('--every <seconds>', 'seconds between two trucks of the simulated camera', wholeNumber, 4);

/** To stop. */
const told = new AbortController();

async function run({ data, port, every }: Options): Promise<void> {
  // From the first moment, so that a Ctrl-C while it starts ends every child too.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => told.abort());
  const camera = hasOwnCamera() ? null : await startCamera({});
  const system = await startLocalSystem({
    data: resolve(data),
    port,
    log: silentLog,
    video: {},
    environment: camera ? { ...cameraEnvironment(camera), GATE_ORIGINS: process.env.GATE_ORIGINS } : gateEnvironment(),
  });
  await healthy(system);
  welcome(system, data, camera);
  const traffic = camera && driveTraffic(camera, { everyMs: every * 1000, seed: Date.now() % 100_000 });
  const media = system.media();
  const place = { url: system.url, tokenFile: tokenFileIn(data) };
  const shown = Promise.all([
    showReads(system, told.signal),
    showWarnings(system.bridge(), place, told.signal),
    ...(media ? [showWarnings(media, place, told.signal), showVideo(media, data, told.signal)] : []),
  ]);
  const wordsOn = (name: string, code: number | null) =>
    `the ${name} process ended by itself (${code === null ? 'killed' : `exit ${code}`}); see ${join(data, `${name}.log`)}`;
  const ended = (name: string) => (code: number | null) => {
    if (told.signal.aborted) return;
    process.exitCode = 1;
    console.error(colours.red(wordsOn(name, code)));
    told.abort();
  };
  const bridgeEnded = system.bridge().exited.then(ended('bridge'));
  const mediaEnded = media?.exited.then((code) => {
    // Plates go on without video, as they do on the VM, where systemd starts it again.
    if (!told.signal.aborted)
      console.error(colours.red(`No live video any more: ${wordsOn('media', code)}; plates go on`));
  });
  if (!told.signal.aborted) await once(told.signal, 'abort');
  console.log('\nStopping …');
  traffic?.stop();
  await shown;
  await system.close();
  await bridgeEnded;
  await mediaEnded;
  await camera?.close();
}

/** Yours, when it is named; a password without an address is a mistake, and no reason to show a simulated one. */
function hasOwnCamera(): boolean {
  if (process.env.GATE_CAMERA_IP || process.env.GATE_CAMERAS) return true;
  const named = Object.keys(process.env).filter((name) => name.startsWith('GATE_CAMERA_'));
  if (named.length > 0) throw new Error(`could not start: ${named.join(', ')} is set, but not GATE_CAMERA_IP`);
  return false;
}

function cameraEnvironment(camera: SimulatedCamera): Record<string, string> {
  return {
    GATE_CAMERA_IP: camera.host,
    GATE_CAMERA_PORT: String(camera.port),
    GATE_CAMERA_RTSP_PORT: String(camera.rtspPort),
    GATE_CAMERA_USER: camera.user,
    GATE_CAMERA_PASS: camera.password,
  };
}

function gateEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('GATE_')));
}

async function healthy({ url }: LocalSystem): Promise<void> {
  const deadline = performance.now() + HEALTH_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/api/health`).catch(() => null);
    if (answer?.ok) return;
    if (performance.now() > deadline)
      throw new Error(`could not start: ${url}/api/health answers ${answer?.status ?? 'nothing'}`);
    await new Promise((next) => setTimeout(next, HEALTH_EVERY_MS));
  }
}

/** As a person would type it. */
const tokenFileIn = (data: string): string => join(data, 'operator.jwt');

function welcome(system: LocalSystem, data: string, camera: SimulatedCamera | null): void {
  const { url, bridge, media } = system;
  const line = (name: string, what: string) => console.log(`  ${colours.bold(name.padEnd(10))}${what}`);
  console.log(`\n${colours.green('gate-camera is up')}\n`);
  line(
    'camera',
    camera
      ? `simulated, ${camera.url} (user ${camera.user}, password ${camera.password})`
      : 'yours, from GATE_CAMERA_IP or GATE_CAMERAS',
  );
  line(
    'bridge',
    `process ${bridge().pid}, state http://127.0.0.1:${bridge().statePort}/state, log ${join(data, 'bridge.log')}`,
  );
  line('api', `${url}/api/openapi.json`);
  line('state', data);
  line('video', `process ${media()?.pid}, log ${join(data, 'media.log')}; the lane: ${watchLink(system)}`);
  line(
    'token',
    `${tokenFileIn(data)}, every right for 12 hours; the link's may only watch, for ${WATCH_LINK_MINUTES} minutes`,
  );
  console.log(
    `\n  ${colours.cyan(`curl -H "Authorization: Bearer $(cat ${tokenFileIn(data)})" ${url}/api/gate/detections`)}\n`,
  );
}

function sentenceOf(error: unknown): string {
  const portTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return portTaken ? 'could not start: the port is taken; choose another with --port' : reasonOf(error);
}

run(program.parse().opts<Options>()).then(
  () => process.exit(),
  async (error: unknown) => {
    // Ctrl-C reaches the children too, and one that was starting has not started then.
    await delay(GROUP_TOLD_WITHIN_MS);
    if (told.signal.aborted) {
      console.log('\nStopping …');
      process.exit();
    }
    console.error(colours.red(sentenceOf(error)));
    process.exit(1);
  },
);
