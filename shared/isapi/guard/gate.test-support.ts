// Everything a test needs to talk to the fake camera as the gate does: guard, client, a clock to push forward, a log to read.
import { CameraIdSchema } from '../../detection/detection.ts';
import { type Clock, systemClock } from '../../support/clock.ts';
import { GateError } from '../../support/errors.ts';
import type { Log, LogFields } from '../../support/log.ts';
import { Secret } from '../../support/secret.ts';
import type { Camera } from '../cameras.ts';
import { cameraClient } from '../client.ts';
import { httpTransport, type Transport } from '../transport.ts';
import { type AccountSource, fixedAccount } from './account.ts';
import type { FakeCamera } from './fake-camera.test-support.ts';
import { createGuard } from './guard.ts';
import { type GuardLedger, memoryLedger } from './ledger.ts';

export const gateId = CameraIdSchema.parse('gate');
export const minutes = (count: number): number => count * 60_000;

export function recordingLog(): Log & { events: { event: string; fields: LogFields | undefined }[] } {
  const events: { event: string; fields: LogFields | undefined }[] = [];
  const record = (event: string, fields?: LogFields) => void events.push({ event, fields });
  return { events, info: record, warn: record, error: record };
}

/** The machine's own time, moved. */
export function movableClock(): Clock & { advance(ms: number): void } {
  let moved = 0;
  const advance = (ms: number) => {
    moved += ms;
  };
  return { now: () => Date.now() + moved, sleep: systemClock.sleep, advance };
}

export type GateOptions = {
  password?: string;
  passwordVersion?: string;
  ledger?: GuardLedger;
  clock?: ReturnType<typeof movableClock>;
  allowBasic?: boolean;
  /** In the place of password and passwordVersion. */
  account?: AccountSource;
  holder?: string;
  transport?: Transport;
};

export function gateTo(fake: FakeCamera, options: GateOptions = {}) {
  const password = options.password ?? 'right';
  const { ledger = memoryLedger(), clock = movableClock(), holder = 'test', transport = httpTransport() } = options;
  const { allowBasic = false, passwordVersion = password } = options;
  const log = recordingLog();
  const secret = new Secret(password);
  const camera: Camera = {
    id: gateId,
    host: '127.0.0.1',
    httpPort: fake.port,
    rtspPort: 554,
    user: 'admin',
    password: { kind: 'given', secret },
    allowBasic,
    stream: 'on',
    pushFrom: [],
  };
  const account = options.account ?? fixedAccount({ user: 'admin', password: secret, passwordVersion });
  const guard = createGuard({ camera: gateId, account, ledger, clock, log, holder });
  const client = cameraClient({ camera, guard, transport, clock, log });
  const get = (path = '/ISAPI/System/deviceInfo') =>
    client.request({ method: 'GET', path, timeoutMs: 5_000, maxBytes: 64 * 1024 });
  return { camera, account, guard, client, get, ledger, clock, log };
}

/** The error of a call that must fail: its code, and itself. */
export async function failure(call: Promise<unknown>): Promise<GateError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GateError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}
