// The stand-in as a file that can be run like the MediaMTX binary, with a line to it for faults.
import { once } from 'node:events';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './faults.ts';
import type { Release } from './quirks.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

export type StandIn = {
  release: Release;
  /** What MEDIAMTX_BIN would name. Needs no environment: a bridge that passes none on can run it. */
  bin: string;
  /** Rejects when no stand-in is running. */
  command(fault: Fault): Promise<void>;
};

/** Into a folder of its own below `folder`; nothing is left elsewhere. */
export async function installStandIn({ folder, release }: { folder: string; release: Release }): Promise<StandIn> {
  const own = await mkdtemp(join(folder, 'standin-'));
  const bin = join(own, 'mediamtx');
  const faults = join(own, 'faults');
  // `exec`: a signal to this process id reaches the stand-in itself.
  const lines = [
    '#!/bin/sh',
    `export STANDIN_VERSION=${release} STANDIN_FAULTS='${faults}' NODE_COMPILE_CACHE='${join(folder, 'compiled')}'`,
    `exec '${process.execPath}' '${MAIN}' "$@"`,
  ];
  await writeFile(bin, `${lines.join('\n')}\n`);
  await chmod(bin, 0o755);
  return {
    release,
    bin,
    async command(fault) {
      const sent = request({ socketPath: faults, path: `/${fault}`, method: 'POST' });
      sent.end();
      const [response] = await once(sent, 'response');
      response.resume();
    },
  };
}
