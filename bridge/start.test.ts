// The two processes of the VM as systemd starts them, each with a setting that cannot work.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Loading the process's sources, on a busy machine. */
const START_TIMEOUT_MS = 30_000;

type End = { code: number | string | null; output: string };

/** How a process ended that could not start; one that hangs is killed, and has no code. */
function startOf(main: string, env: Record<string, string>): Promise<End> {
  const path = fileURLToPath(import.meta.resolve(main));
  const options = { env, timeout: START_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [path], options, (error, output) => resolve({ code: error?.code ?? null, output }));
  });
}

describe.runIf(process.platform === 'linux')('a state folder that cannot be made', () => {
  test.concurrent.each(['./main.ts', './media/main.ts'])(
    'stops %s at once, with the name of the setting',
    async (main) => {
      const end = await startOf(main, {
        GATE_STATE_FOLDER: '/proc/gate-camera',
        GATE_CAMERA_IP: '192.0.2.10',
        GATE_CAMERA_USER: 'gate',
        GATE_CAMERA_PASS: 'invented-Pass1',
        GATE_TABLE: 'gate-camera',
        GATE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/detections',
        GATE_PICTURES_BUCKET: 'gate-pictures',
        GATE_JWT_ISSUER: 'https://issuer.example',
        GATE_JWT_AUDIENCE: 'gate-camera',
        GATE_STATE_PORT: '0',
        GATE_DOOR_PORT: '0',
        GATE_HOOK_PORT: '0',
        AWS_REGION: 'eu-central-1',
      });
      expect(end.output).toContain('could not make GATE_STATE_FOLDER /proc/gate-camera: ENOENT');
      expect(end.code).toBe(1);
    },
    START_TIMEOUT_MS,
  );
});
