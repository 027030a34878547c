// The simulated camera, the gate's view of it with one guard, and a camera that says by RTSP whatever a test wants.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import type { Camera } from '../../../shared/isapi/cameras.ts';
import { type GuardLedger, memoryLedger } from '../../../shared/isapi/guard/ledger.ts';
import { type OpenedCamera, openCamera } from '../../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../../shared/isapi/transport.ts';
import { type Clock, systemClock } from '../../../shared/support/clock.ts';
import { silentLog } from '../../../shared/support/log.ts';
import { Secret } from '../../../shared/support/secret.ts';
import type { SimulatedCamera } from '../../../test/camera/camera.ts';

export type Gate = {
  ports: Pick<SimulatedCamera, 'port' | 'rtspPort'>;
  user?: string;
  password: string;
  ledger?: GuardLedger;
  allowBasic?: boolean;
  clock?: Clock;
};

export function openGate({
  ports,
  user = 'operator',
  password,
  ledger = memoryLedger(),
  allowBasic = false,
  clock = systemClock,
}: Gate): OpenedCamera {
  const camera: Camera = {
    id: CameraIdSchema.parse('gate'),
    host: '127.0.0.1',
    httpPort: ports.port,
    rtspPort: ports.rtspPort,
    user,
    password: { kind: 'given', secret: new Secret(password) },
    allowBasic,
    stream: 'on',
    pushFrom: [],
  };
  return openCamera(camera, {
    ledger,
    transport: httpTransport(),
    readSecret: () => Promise.reject(new Error('no secret is stored')),
    labelPassword: async ({ password: secret }) => `version of ${secret.reveal().length} characters`,
    clock,
    log: silentLog,
    holder: 'test',
  });
}

/** Time that goes `times` as fast. */
export function fastClock(times: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  };
}

export type ScriptedCamera = {
  readonly rtspPort: number;
  /** Each request's lines. */
  readonly asked: string[][];
  /** Connections that are open now. */
  readonly open: number;
  close(): Promise<void>;
};

/** `answers` in turn, one to each request; `#` stands for its CSeq. Null ends the connection, '' says nothing. */
export async function scriptedCamera(answers: readonly (string | null)[]): Promise<ScriptedCamera> {
  const asked: string[][] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const lines = chunk.toString().trimEnd().split('\r\n');
      const answer = answers[asked.length] ?? null;
      asked.push(lines);
      const cseq = lines.find((line) => line.startsWith('CSeq: '))?.slice('CSeq: '.length) ?? '';
      if (answer === null) socket.end();
      else socket.write(answer.replaceAll('#', cseq), 'latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    rtspPort: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    get open() {
      return sockets.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
