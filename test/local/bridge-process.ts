// The real bridge, as the child process that it is on the VM.
import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from './started-process.ts';

export type { LogLine } from './started-process.ts';

const MAIN = fileURLToPath(new URL('../../bridge/main.ts', import.meta.url));

export type BridgeProcess = StartedProcess & { statePort: number; webhookPort: number | null };

export async function startBridge(env: Record<string, string>, logFile: string): Promise<BridgeProcess> {
  const bridge = await startProcess({ name: 'bridge', main: MAIN, env, logFile });
  const { statePort, webhookPort } = bridge.started;
  return {
    ...bridge,
    statePort: Number(statePort),
    webhookPort: typeof webhookPort === 'number' ? webhookPort : null,
  };
}
