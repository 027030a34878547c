// The bundle on a machine of its own: an empty folder, Node alone, and a camera and AWS that can go away.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { CameraIdSchema, DetectionSchema } from '../../shared/detection/detection.ts';
import { fileLedger } from '../../shared/isapi/guard/file-ledger.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { type EmbeddedQueues, openQueues } from '../local/embedded-queues.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';
import { type LogLine, type StartedProcess, startProcess, type ToStart } from '../local/started-process.ts';
import { until } from './until.ts';

const CAMERA = CameraIdSchema.parse('gate');
/** What SQS gives at a time, at most. */
const BATCH = 10;

const BridgeState = z.object({
  outbox: z.object({ reads: z.number() }),
  cameras: z.array(
    z.object({
      status: z.string(),
      reads: z.number(),
      memory: z.object({ busy: z.boolean(), sweeps: z.number() }),
    }),
  ),
});
type BridgeState = z.infer<typeof BridgeState>;

export type UnpackedBundle = {
  /** Empty but for the bundle, and what its processes write then. */
  folder: string;
  stateFolder: string;
  camera: () => SimulatedCamera;
  queues: EmbeddedQueues;
  startBridge(env?: Record<string, string>, within?: ToStart['within']): Promise<StartedProcess>;
  /** What the bridge that was started last has logged of one kind. */
  lines(event: string): LogLine[];
  /** Resolves when it has said so. */
  said(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
  /** Its GET /state. */
  state(): Promise<BridgeState>;
  /** Resolves when the stream is up and nothing is asked any more: killed in mid-login, it would wait by rule. */
  atRest(): Promise<void>;
  /** The plates that the queue was given, one for each id however many messages told of it. */
  plates(): Promise<string[]>;
  /** Neither camera nor table nor queue can be reached any more. */
  cutOff(): Promise<void>;
  /** They are where they were. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
};

export async function unpackBundle(archive: string): Promise<UnpackedBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-bundle-alone-'));
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`could not unpack the bundle: ${unpacked.stderr}`);
  const stateFolder = join(folder, 'state');
  const outside = await mkdtemp(join(tmpdir(), 'gate-bundle-aws-'));
  const table = await openTable(join(outside, 'table'));
  const queues = await openQueues();
  let camera = await startCamera({ pictures: { drawn: 'small' } });
  const { host, port, user, password } = camera;
  let bridge: StartedProcess | undefined;
  const reads = new Map<string, string>();
  const linesOf = (event: string) => bridge?.lines.filter((line) => line.event === event) ?? [];
  const state = async () => {
    const answer = await fetch(`http://127.0.0.1:${Number(bridge?.started.statePort)}/state`);
    return BridgeState.parse(await answer.json());
  };
  const guard = fileLedger(join(stateFolder, 'guard'));

  return {
    folder,
    stateFolder,
    camera: () => camera,
    queues,
    async startBridge(env = {}, within = []) {
      bridge = await startProcess({
        name: 'bridge',
        main: join(folder, 'bridge.mjs'),
        env: {
          GATE_STATE_FOLDER: stateFolder,
          GATE_STATE_PORT: '0',
          GATE_CAMERA_IP: host,
          GATE_CAMERA_PORT: String(port),
          GATE_CAMERA_USER: user,
          GATE_CAMERA_PASS: password,
          GATE_QUEUE_URL: queues.detectionsUrl,
          GATE_TABLE: TABLE_NAME,
          GATE_PICTURES_FOLDER: join(outside, 'pictures'),
          AWS_REGION: LOCAL_AWS.region,
          AWS_ENDPOINT_URL_SQS: queues.endpoint,
          AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
          AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
          ...env,
        },
        logFile: join(outside, 'bridge.log'),
        within,
      });
      return bridge;
    },
    lines: linesOf,
    said: async (event, fits = () => true) => {
      const [line] = await until(
        `the bridge to say ${event}`,
        () => linesOf(event).filter(fits),
        ({ length }) => length > 0,
      );
      if (line === undefined) throw new Error(`the bridge has not said ${event}`);
      return line;
    },
    state,
    atRest: async () => {
      await until('a stream at rest', async () => {
        if (camera.streams !== 1 || linesOf('camera.identified').length === 0) return false;
        const [{ memory } = { memory: { busy: true, sweeps: 0 } }] = (await state()).cameras;
        return !memory.busy && memory.sweeps > 0 && (await guard.read(CAMERA))?.lease === null;
      });
    },
    async plates() {
      const receive = new ReceiveMessageCommand({ QueueUrl: queues.detectionsUrl, MaxNumberOfMessages: BATCH });
      for (;;) {
        const { Messages = [] } = await queues.client.send(receive);
        for (const { Body = '' } of Messages) {
          const { id, plate } = DetectionSchema.parse(JSON.parse(Body));
          reads.set(id, plate ?? 'unread');
        }
        if (Messages.length === 0) return [...reads.values()];
      }
    },
    async cutOff() {
      await Promise.all([camera.close(), table.stop(), queues.stop()]);
    },
    async reconnect() {
      [camera] = await Promise.all([
        startCamera({ pictures: { drawn: 'small' }, port }),
        table.restart(),
        queues.restart(),
      ]);
    },
    async close() {
      await bridge?.stop();
      await Promise.all([camera.close(), table.close(), queues.close()]);
      for (const each of [folder, outside]) await rm(each, { recursive: true, force: true });
    },
  };
}
