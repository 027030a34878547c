// A simulated camera with a bridge's stream and an api's clients at it, all in this process and on one clock that is driven:
// a day of lock-outs passes in seconds, and the guard's rows are in a real table.
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { type CameraRoad, openCameraRoad } from '../../bridge/camera-road.ts';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { copiedLedger, copiesIn } from '../../shared/isapi/guard/copied-ledger.ts';
import type { GuardLedger } from '../../shared/isapi/guard/ledger.ts';
import { labelPassword } from '../../shared/isapi/guard/password-label.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { type OpenedCamera, openCamera } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { GateError } from '../../shared/support/errors.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';

/** Warm containers that share the calls to the api. */
const CONTAINERS = 4;
/** How much faster than the machine's own time passes while something is under way; patience must not end before it. */
const PACE = 4;
const QUESTION = { method: 'GET', path: '/ISAPI/Security/userCheck', timeoutMs: 10_000, maxBytes: 64 * 1024 } as const;

export type GuardedCamera = {
  camera: SimulatedCamera;
  restartBridge(): Promise<void>;
  /** All containers are new. */
  restartApi(): void;
  /** So many calls at once; the code of each. */
  callApi(calls: number): Promise<string[]>;
  /** Time passes in strides, and after each the bridge does what it had to do meanwhile. */
  pass(ms: number, strideMs: number): Promise<void>;
  close(): Promise<void>;
};

export async function openGuardedCamera(options: { folder: string; password: string }): Promise<GuardedCamera> {
  const { folder, password } = options;
  const clock = drivenClock();
  const camera = await startCamera({ clock, heartbeatMs: false });
  const table = await openTable(join(folder, 'table'));
  const inTable = tableGuardLedger({ client: table.client, table: TABLE_NAME });
  const guardFolder = join(folder, 'guard');
  const [configured] = readCameras(
    {
      GATE_CAMERA_IP: camera.host,
      GATE_CAMERA_PORT: String(camera.port),
      GATE_CAMERA_USER: camera.user,
      GATE_CAMERA_PASS: password,
    },
    () => '',
  );
  if (!configured) throw new Error('one camera was configured');

  const open = (ledger: GuardLedger, holder: string): OpenedCamera =>
    openCamera(configured, {
      ledger,
      transport: httpTransport(),
      readSecret: () => Promise.reject(new Error('could not read a secret: there is none')),
      labelPassword: labelPassword.bind(null, guardFolder),
      clock,
      log,
      holder,
    });
  const containers = () => Array.from({ length: CONTAINERS }, () => open(inTable, 'api'));
  let api = containers();

  function startBridge(): { road: CameraRoad; stop: AbortController } {
    const stop = new AbortController();
    const ledger = copiedLedger({ table: inTable, copies: copiesIn(guardFolder), holder: 'bridge', clock, log });
    const road = openCameraRoad(open(ledger, 'bridge'), {
      outbox: { addRead: async () => {}, addPictures: async () => {} },
      // This camera's memory is not asked: who wakes when is what these journeys count on.
      repairOf: () => undefined,
      budget: new PictureBudget(),
      pool: new BodyPool(),
      deadAfterMs: 30_000,
      quietFolder: join(folder, 'quiet'),
      clock,
      log,
      signal: stop.signal,
    });
    return { road, stop };
  }
  let bridge = startBridge();

  async function stopBridge(): Promise<void> {
    bridge.stop.abort();
    await underWay(bridge.road.done);
  }

  /** Lets time pass until `work` is done: who polls must be polled on. */
  async function underWay<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    for (let last = performance.now(); !isDone; ) {
      await delay(1);
      const now = performance.now();
      clock.step(PACE * (now - last));
      last = now;
    }
    return work;
  }

  async function ask({ client }: OpenedCamera): Promise<string> {
    return client.request(QUESTION).then(
      () => 'ok',
      (error: unknown) => (error instanceof GateError ? error.code : String(error)),
    );
  }

  return {
    camera,
    async restartBridge() {
      await stopBridge();
      bridge = startBridge();
    },
    restartApi() {
      api = containers();
    },
    callApi: (calls) =>
      underWay(
        Promise.all(
          Array.from({ length: calls }, (_, n) => api[n % CONTAINERS]).flatMap((one) => (one ? [ask(one)] : [])),
        ),
      ),
    async pass(ms, strideMs) {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        const strideEnd = Math.min(end, clock.now() + strideMs);
        while (clock.now() < strideEnd) clock.step(strideEnd - clock.now());
        // The bridge has done its part when it sleeps again.
        while (clock.sleeping === 0) await turn();
      }
    },
    async close() {
      await stopBridge();
      await camera.close();
      await table.close();
    },
  };
}
