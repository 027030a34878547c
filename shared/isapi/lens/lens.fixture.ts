// A simulated camera and the processes that move its lens: each with a client of its own, all by one guard and one row.
import { startCamera } from '../../../test/camera/camera.ts';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import type { Motion } from '../../../test/camera/lens/lens.ts';
import { CameraIdSchema } from '../../detection/detection.ts';
import { type Clock, systemClock } from '../../support/clock.ts';
import { silentLog } from '../../support/log.ts';
import { Secret } from '../../support/secret.ts';
import { memoryLedger } from '../guard/ledger.ts';
import { type OpenedCamera, openCamera } from '../open-camera.ts';
import { httpTransport } from '../transport.ts';
import type { MoveCommand } from './commands.ts';
import { createLens, type Lens } from './lens.ts';
import { memoryLensRows } from './lens-rows.ts';
import type { MoveLog, MoveRecord } from './move-log.ts';

export const gate = CameraIdSchema.parse('gate');
export const operator = { camera: gate, subject: 'operator' };
export const visitor = { camera: gate, subject: 'visitor' };
export const zoomIn = (durationMs = 400, speed = 50): MoveCommand => ({ action: 'zoom_in', speed, durationMs });

function memoryMoveLog(): MoveLog & { records: MoveRecord[] } {
  const records: MoveRecord[] = [];
  return {
    records,
    keep: async (record) => void records.push({ ...record }),
    settle: async ({ id }, { outcome, code }) => {
      const record = records.find((each) => each.id === id);
      if (record) Object.assign(record, { outcome }, code === undefined ? {} : { code });
    },
    newest: async () => records.toReversed(),
  };
}

export type LensBench = Awaited<ReturnType<typeof openLens>>;

export async function openLens(options: CameraOptions = {}) {
  const camera = await startCamera({ heartbeatMs: false, pictures: { drawn: 'small' }, ...options });
  const rows = memoryLensRows();
  const moves = memoryMoveLog();
  const ledger = memoryLedger();

  function open(password = camera.password): OpenedCamera {
    const secret = new Secret(password);
    return openCamera(
      {
        id: gate,
        host: camera.host,
        httpPort: camera.port,
        rtspPort: 554,
        user: camera.user,
        password: { kind: 'given', secret },
        allowBasic: false,
        stream: 'on',
        pushFrom: [],
      },
      {
        ledger,
        transport: httpTransport(),
        readSecret: () => Promise.reject(new Error('no secret is stored')),
        labelPassword: async () => password,
        clock: systemClock,
        log: silentLog,
        holder: 'test',
      },
    );
  }

  /** One more process. */
  function another(clock: Clock = systemClock, password = camera.password): Lens {
    const { client } = open(password);
    return createLens({ clientOf: () => client, rows, moves, clock, log: silentLog });
  }

  return { camera, rows, moves, open, another, lens: another(), close: () => camera.close() };
}

export function lasted({ from, until }: Motion): number {
  if (until === null) throw new Error('the lens is still moving');
  return until - from;
}

/** A process that dies once the camera has begun to move: its next wait never ends. */
export function dyingClock(): Clock {
  return { now: systemClock.now, sleep: () => new Promise(() => {}) };
}
