// Starts a simulated camera for a person: `npx node test/camera/main.ts --help`.
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { reasonOf } from '../../shared/support/errors.ts';
import { FIRMWARES, type FirmwareName } from './alerts/firmware.ts';
import { CHALLENGE_SHAPES, type ChallengeShape } from './auth/challenge.ts';
import { type SimulatedCamera, startCamera } from './camera.ts';
import type { CameraOptions } from './camera-options.ts';
import type { LedgerEntry } from './passage.ts';
import { PUSH_FORMS, type PushForm } from './push/push-forms.ts';
import { RTSP_FAULTS, type RtspFaultName } from './rtsp/rtsp-fault.ts';
import { FRAMINGS, type FramingName } from './stream/framing.ts';
import { driveTraffic } from './traffic.ts';

type Arguments = {
  port: number;
  user: string;
  passwordEnv?: string;
  auth: ChallengeShape;
  firmware: FirmwareName;
  framing: FramingName;
  heartbeat: number;
  every: number;
  seed: number;
  pushTo?: string;
  pushForm: PushForm;
  rtspPort: number;
  rtspFault?: RtspFaultName;
};

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

const program = new Command('camera')
  .description('A simulated Hikvision ANPR camera that drives trucks past a gate.')
  .option('--port <number>', 'port on 127.0.0.1, 0 for any free one', wholeNumber, 8080)
  .option('--rtsp-port <number>', 'port of its video on 127.0.0.1, 0 for any free one', wholeNumber, 5554)
  .option('--user <name>', 'account that may log in', 'admin')
  .option('--password-env <name>', 'environment variable that holds its password (otherwise one is made up)')
  .addOption(choice('--auth <shape>', 'challenge that the camera offers', CHALLENGE_SHAPES, 'md5'))
  .addOption(choice('--firmware <version>', 'firmware to behave like', FIRMWARES, 'v5.7'))
  .addOption(choice('--framing <name>', 'framing of the alert stream', FRAMINGS, 'counted-crlf'))
  .addOption(new Option('--heartbeat <time>', 'time between heartbeats').argParser(duration).default(10_000, '10s'))
  .addOption(
    new Option('--every <time>', 'time between vehicles: 500ms, 5s, 2m').argParser(duration).default(5_000, '5s'),
  )
  .option('--seed <number>', 'seed of the traffic', wholeNumber, 1)
  .option('--push-to <url>', 'webhook to push every passage to (http)', httpUrl)
  .addOption(choice('--push-form <name>', 'form of the push', PUSH_FORMS, 'anpr.xml'))
  .addOption(new Option('--rtsp-fault <name>', 'how its video fails').choices(Object.keys(RTSP_FAULTS)));

await main(program.parse().opts<Arguments>()).catch((error: unknown) => {
  program.error(`could not start the camera: ${reasonOf(error)}`);
});

async function main(args: Arguments): Promise<void> {
  const camera = await startCamera(cameraOptions(args));
  welcome(camera, args);
  const drive = driveTraffic(
    { drive: async (vehicle) => told(await camera.drive(vehicle)) },
    { everyMs: args.every, seed: args.seed },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      drive.stop();
      void camera.close();
    });
  }
}

function cameraOptions(args: Arguments): CameraOptions {
  const { port, user, firmware, framing, pushForm, pushTo, rtspPort, rtspFault } = args;
  const auth = { shape: args.auth };
  const push = pushTo === undefined ? {} : { pushTo };
  const faults = rtspFault === undefined ? {} : { faults: { rtsp: RTSP_FAULTS[rtspFault] } };
  return {
    port,
    rtspPort,
    user,
    password: password(args),
    firmware,
    framing,
    pushForm,
    auth,
    heartbeatMs: args.heartbeat,
    ...push,
    ...faults,
  };
}

function password({ passwordEnv }: Arguments): string {
  if (passwordEnv === undefined) return `gate-${randomBytes(6).toString('hex')}`;
  const given = process.env[passwordEnv];
  if (!given) throw new InvalidArgumentError(`--password-env: ${passwordEnv} is not set`);
  return given;
}

function welcome(camera: SimulatedCamera, { passwordEnv }: Arguments): void {
  const secret = passwordEnv === undefined ? camera.password : `$${passwordEnv}`;
  const curl = `curl -sS --anyauth -u "${camera.user}:${secret}"`;
  console.log(`Simulated camera on ${camera.url}, user ${camera.user}, password ${secret}`);
  console.log(`Its video: ${camera.rtspUrl}/Streaming/Channels/101, and 102 for the small picture`);
  console.log('Try, in another terminal:');
  console.log(`  ${curl} ${camera.url}/ISAPI/System/deviceInfo`);
  console.log(`  ${curl} -N ${camera.url}/ISAPI/Event/notification/alertStream --output -`);
  console.log(`  ${curl} ${camera.url}/ISAPI/Streaming/channels/101/picture --output gate.jpg`);
  console.log('Ctrl-C ends it. Vehicles:');
}

function told(entry: LedgerEntry): LedgerEntry {
  const { passage, reports } = entry;
  const report = reports.at(-1);
  const push = report?.push ?? null;
  const answer = push === null ? '' : `, push ${'status' in push ? push.status : push.failed}`;
  const plate = (passage.plate ?? '').padEnd(10);
  const vehicle = `${passage.vehicleColor} ${passage.vehicleType}`.padEnd(24);
  const streams = `${report?.streams ?? 0} stream(s)`;
  console.log(`${entry.dateTime ?? '-'}  ${plate} ${vehicle} ${passage.direction.padEnd(8)} to ${streams}${answer}`);
  return entry;
}

function choice(flags: string, description: string, table: object, preset: string): Option {
  return new Option(flags, description).choices(Object.keys(table)).default(preset);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? [];
  const found = Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1];
  if (found === undefined || Number(amount) === 0)
    throw new InvalidArgumentError('a time such as 500ms, 5s or 2m is needed');
  return Number(amount) * found;
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:')
    throw new InvalidArgumentError('an http URL is needed');
  return text;
}
