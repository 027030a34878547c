// Faults on command, for tests only: a real MediaMTX has no such door. Over a Unix socket, so that a restarted stand-in is
// found at the same place and no port is needed.
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';

/** `crash`: a Go panic, now. `freeze-api`: no answer until `thaw-api`. `stall`: media stands still while the path is ready. */
export const FAULTS = ['crash', 'freeze-api', 'thaw-api', 'stall', 'unstall'] as const;
export type Fault = (typeof FAULTS)[number];

const PANIC_EXIT_CODE = 2;

export type Faults = {
  isStalled(): boolean;
  whenThawed(): Promise<void>;
  close(): Promise<void>;
};

export const noFaults: Faults = { isStalled: () => false, whenThawed: async () => {}, close: async () => {} };

/** Listens at `socketPath` for `POST /<fault>`. */
export async function openFaults(socketPath: string): Promise<Faults> {
  let isStalled = false;
  let thawed = Promise.withResolvers<void>();
  thawed.resolve();

  const effects: Record<Fault, () => void> = {
    crash() {
      process.stderr.write(
        'panic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 1 [running]:\n',
      );
      process.exit(PANIC_EXIT_CODE);
    },
    'freeze-api': () => {
      thawed = Promise.withResolvers<void>();
    },
    'thaw-api': () => thawed.resolve(),
    stall: () => {
      isStalled = true;
    },
    unstall: () => {
      isStalled = false;
    },
  };

  await rm(socketPath, { force: true });
  const server = createServer((request, response) => {
    const fault = FAULTS.find((name) => request.url === `/${name}`);
    response.writeHead(fault === undefined ? 404 : 204, { Connection: 'close' });
    response.end(() => fault !== undefined && effects[fault]());
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    isStalled: () => isStalled,
    whenThawed: () => thawed.promise,
    async close() {
      server.close();
      await rm(socketPath, { force: true });
    },
  };
}
