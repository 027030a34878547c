import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXTERNAL } from '../../cdk/parts/bundle.ts';
import { bundle } from './bundle.ts';
import { runChild } from './child.ts';
import { type Figure, figure, median } from './figure.ts';

const STARTS = 15;
const ENVIRONMENT = {
  GATE_QUEUE_URL: 'http://127.0.0.1:1/queue',
  GATE_PICTURES_BUCKET: 'pictures',
  GATE_TABLE: 'gate',
  GATE_CAMERA_IP: '192.0.2.10',
  GATE_CAMERA_USER: 'gate',
  GATE_CAMERA_PASS_SECRET: '/gate/camera',
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: 'webhook',
};

type Run = { pushMicros: number; base64Micros: number; reads: number; expected: number };

/** The webhook's bundle, how long a cold start imports it, and what a 343 kB push costs. */
export async function measureWebhook(): Promise<Figure[]> {
  const built = await bundle('../../functions/webhook/handler.ts', EXTERNAL);
  const pushes = await runChild<Run>('./webhook-client.ts', []);
  if (pushes.reads !== pushes.expected) throw new Error('the webhook lost reads');
  try {
    const empty = join(dirname(built.path), 'empty.mjs');
    writeFileSync(empty, 'export {};\n');
    return [
      figure('webhook: bundle', built.bytes / 1024, 'kB'),
      figure(
        'webhook: import of its bundle, median of 15 starts (reference: an empty module)',
        importMs(built.path),
        'ms',
        importMs(empty),
        { of: 'value', most: 120 },
      ),
      figure(
        'webhook: CPU for a 343 kB push, with SHA-256 of its pictures (reference: base64 alone)',
        pushes.pushMicros,
        'µs',
        pushes.base64Micros,
      ),
    ];
  } finally {
    built.remove();
  }
}

function importMs(path: string): number {
  const code = `const t = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - t); process.exit(0)`;
  const times = Array.from({ length: STARTS }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, ...ENVIRONMENT },
      encoding: 'utf8',
    });
    const ms = Number(stdout.trim().split('\n').at(-1));
    if (!(ms > 0)) throw new Error(`could not import the webhook's bundle: ${stderr.slice(0, 500)}`);
    return ms;
  });
  return median(times);
}
