// A lens command's camera leg: from the call to the camera's answer, 5 ms away, with the guard in between.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { type GuardLedger, memoryLedger } from '../../shared/isapi/guard/ledger.ts';
import { lensCommands } from '../../shared/isapi/lens/commands.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { httpTransport, readBody } from '../../shared/isapi/transport.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import type { CameraOptions } from '../camera/camera-options.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { type Figure, figure, type Limit, median } from './figure.ts';

const AWAY_MS = 5;
/** Challenges, and what the camera lets be done with a nonce, are behind it then. */
const WARM = 20;
const COUNTED = 150;
const TIMEOUT_MS = 5_000;
const STOP = { method: 'PUT', path: '/ISAPI/PTZCtrl/channels/1/continuous', body: '<PTZData><zoom>0</zoom></PTZData>' };

export async function measureLens(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-bench-'));
  const table = await openTable(folder);
  const tableLedger = tableGuardLedger({ client: table.client, table: TABLE_NAME });
  const oneUse: CameraOptions = { auth: { nonceUses: 1 } };
  try {
    return [
      await leg('nonce used again, guard in memory', {}, memoryLedger(), { of: 'ratio', most: 1.15 }),
      await leg('a challenge each time, guard in memory', oneUse, memoryLedger(), { of: 'ratio', most: 2.3 }),
      await leg('nonce used again, guard in the table (embedded)', {}, tableLedger, null),
    ];
  } finally {
    await table.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function leg(name: string, options: CameraOptions, ledger: GuardLedger, limit: Limit | null): Promise<Figure> {
  const camera = await startCamera({ ...options, awayMs: AWAY_MS, heartbeatMs: false, pictures: { drawn: 'small' } });
  try {
    const { legs, bare } = await measure(camera, ledger);
    return figure(`lens command: ${name} (reference: one bare exchange)`, median(legs), 'ms', median(bare), limit);
  } finally {
    await camera.close();
  }
}

/** Command and bare exchange take turns, so that both meet the same machine. */
async function measure(camera: SimulatedCamera, ledger: GuardLedger): Promise<{ legs: number[]; bare: number[] }> {
  const transport = httpTransport();
  const [configured] = readCameras(environmentOf(camera), () => '');
  if (configured === undefined) throw new Error('could not measure: no camera is configured');
  const { client } = openCamera(configured, {
    ledger,
    transport,
    readSecret: () => Promise.reject(new Error('no secret is stored')),
    labelPassword: async () => 'bench',
    clock,
    log,
    holder: 'bench',
  });
  const commands = lensCommands(client);
  const start = () => commands.start({ action: 'zoom_in', speed: 10, durationMs: 400 });
  const stop = () => commands.stop('ptz', TIMEOUT_MS);

  async function bareExchange(): Promise<void> {
    const address = { host: camera.host, httpPort: camera.port };
    const response = await transport.open({ address, ...STOP, headers: {}, headerTimeoutMs: TIMEOUT_MS });
    await readBody(response, { maxBytes: 1024 * 1024, timeoutMs: TIMEOUT_MS });
  }

  for (let n = 0; n < WARM; n += 1) {
    await start();
    await stop();
    await stop();
    await bareExchange();
  }
  const legs: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < COUNTED; n += 1) {
    legs.push(await timed(n % 2 === 0 ? start : stop));
    bare.push(await timed(bareExchange));
  }
  return { legs, bare };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function environmentOf({ host, port, user, password }: SimulatedCamera): Record<string, string> {
  return {
    GATE_CAMERA_IP: host,
    GATE_CAMERA_PORT: String(port),
    GATE_CAMERA_USER: user,
    GATE_CAMERA_PASS: password,
  };
}
