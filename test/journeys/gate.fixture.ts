// A whole gate for one journey: the simulated camera, the real bridge and handlers, and how an operator looks at them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { ALERT_STREAM_PATH } from '../../bridge/alert-stream/hold-stream.ts';
import { type DetectionAnswer, DetectionList } from '../../functions/api/schemas.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import type { Environment } from '../../shared/isapi/cameras.ts';
import { fileLedger } from '../../shared/isapi/guard/file-ledger.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import type { CameraOptions } from '../camera/camera-options.ts';
import type { LogLine } from '../local/bridge-process.ts';
import { type LocalOptions, type LocalSystem, startLocalSystem } from '../local/local-system.ts';
import { until } from './until.ts';

const PAGE = 100;
const QUESTIONS_AFTER_CONNECTING = ['/ISAPI/System/deviceInfo', '/ISAPI/System/time'];

/** What the bridge's GET /state says, as far as journeys look at it. */
const BridgeState = z.object({
  outbox: z.object({ reads: z.number(), pictures: z.number(), dropped: z.number(), bad: z.number() }),
  cameras: z.array(
    z.object({
      status: z.string(),
      connects: z.number(),
      reason: z.string().nullable(),
      upSince: z.string().nullable(),
      reads: z.number(),
      pictures: z.number(),
      heartbeats: z.number(),
      otherEvents: z.number(),
      firmware: z.string().nullable(),
      faults: z.record(z.string(), z.number()),
      /** What the bridge asks the camera's memory for. */
      memory: z.object({
        supported: z.boolean().nullable(),
        busy: z.boolean(),
        sweeps: z.number(),
        recovered: z.number(),
        lastError: z.string().nullable(),
        gaps: z.array(z.object({ from: z.string(), to: z.string(), why: z.string(), estimate: z.number() })),
      }),
    }),
  ),
});
export type BridgeState = { outbox: z.infer<typeof BridgeState>['outbox']; camera: CameraState };
type CameraState = z.infer<typeof BridgeState>['cameras'][number];

/** A camera's entry in the file of GATE_CAMERAS. */
export const cameraEntry = ({ host, port, user, password }: SimulatedCamera) => ({
  id: 'gate',
  host,
  httpPort: port,
  user,
  password,
});

export type GateOptions = {
  camera?: CameraOptions;
  /** Settings of the bridge, beside the camera's own. */
  environment?: Environment;
  /** In the place of GATE_CAMERA_*: what the file of GATE_CAMERAS says. */
  camerasFile?: (camera: SimulatedCamera) => unknown;
  visibilitySeconds?: number;
  /** Live video as well. */
  video?: NonNullable<LocalOptions['video']>;
};

export type Gate = {
  camera: SimulatedCamera;
  system: LocalSystem;
  /** Where the system keeps its state. */
  folder: string;
  /** A GET to the API as the operator. */
  get(path: string): Promise<Response>;
  /** Every read in the API, newest first. */
  reads(query?: string): Promise<DetectionAnswer[]>;
  state(): Promise<BridgeState>;
  logged(event: string): LogLine[];
  /** Resolves when the stream is up and the bridge has asked all that it asks then. */
  connected(): Promise<void>;
  /** Ends the bridge in order and starts another one on the same disk. */
  restartBridge(over?: Environment): Promise<void>;
  close(): Promise<void>;
};

export async function openGate(options: GateOptions = {}): Promise<Gate> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-journey-'));
  const camera = await startCamera({ pictures: { drawn: 'small' }, ...options.camera });
  const system = await startLocalSystem({
    data: folder,
    port: 0,
    environment: { ...(await cameraSettings(camera, folder, options)), ...options.environment },
    log: silentLog,
    ...(options.visibilitySeconds && { visibilitySeconds: options.visibilitySeconds }),
    ...(options.video && { video: options.video }),
  });
  const guard = fileLedger(join(folder, 'bridge', 'guard'));

  async function get(path: string): Promise<Response> {
    return fetch(`${system.url}${path}`, { headers: { Authorization: `Bearer ${system.token}` } });
  }

  async function reads(query = ''): Promise<DetectionAnswer[]> {
    const items: DetectionAnswer[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer = await get(`/api/gate/detections?limit=${PAGE}${query}${cursor && `&cursor=${cursor}`}`);
      if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
      const page = DetectionList.parse(await answer.json());
      items.push(...page.items);
      cursor = page.cursor;
    }
    return items;
  }

  async function state(): Promise<BridgeState> {
    const answer = await fetch(`http://127.0.0.1:${system.bridge().statePort}/state`);
    const { outbox, cameras } = BridgeState.parse(await answer.json());
    return { outbox, camera: z.custom<CameraState>(Boolean, 'the bridge holds no stream').parse(cameras[0]) };
  }

  /** Whatever keeps a bridge from ending by itself would hold up every update of the VM. */
  async function stopBridge(): Promise<void> {
    await system.bridge().stop();
    const code = await system.bridge().exited;
    if (code !== 0) throw new Error(`the bridge did not end when told to: exit ${code ?? 'by SIGKILL'}`);
  }

  async function stopMedia(): Promise<void> {
    const media = system.media();
    await media?.stop();
    const code = await media?.exited;
    if (code) throw new Error(`the media process did not end when told to: exit ${code}`);
  }

  /** A bridge killed while it logs in leaves a bad login behind, by rule: so this waits for the guard's word, too. */
  async function isAtRest(): Promise<boolean> {
    const answered = camera.requests.filter(({ status }) => status === 200);
    const asked = QUESTIONS_AFTER_CONNECTING.map((path) => answered.findLastIndex(({ url }) => url === path));
    const opened = answered.findLastIndex(({ url }) => url === ALERT_STREAM_PATH);
    if (camera.streams !== 1 || opened === -1 || Math.min(...asked) < opened) return false;
    const { memory } = (await state()).camera;
    if (memory.busy || memory.sweeps === 0) return false;
    return (await guard.read(CameraIdSchema.parse('gate')))?.lease === null;
  }

  return {
    camera,
    system,
    folder,
    get,
    reads,
    state,
    logged: (event) => system.bridge().lines.filter((line) => line.event === event),
    connected: async () => {
      await until('a stream at rest', isAtRest);
    },
    restartBridge: async (over) => {
      await stopBridge();
      await system.startBridge(over);
    },
    close: async () => {
      await stopBridge();
      await stopMedia();
      await system.close();
      await camera.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function cameraSettings(camera: SimulatedCamera, folder: string, { camerasFile }: GateOptions) {
  if (camerasFile) {
    const path = join(folder, 'cameras.json');
    await writeFile(path, JSON.stringify(camerasFile(camera)));
    return { GATE_CAMERAS: path };
  }
  return {
    GATE_CAMERA_IP: camera.host,
    GATE_CAMERA_PORT: String(camera.port),
    GATE_CAMERA_RTSP_PORT: String(camera.rtspPort),
    GATE_CAMERA_USER: camera.user,
    GATE_CAMERA_PASS: camera.password,
  };
}
