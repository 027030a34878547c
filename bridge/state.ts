// What the bridge knows, as JSON on loopback: for the operator on the VM, for `npm start`, for tests.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CameraId } from '../shared/detection/detection.ts';
import { type Clock, isoInstant } from '../shared/support/clock.ts';
import type { CameraRoad } from './camera-road.ts';
import { streamOf } from './camera-state/report-of.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Repair } from './repair/repair.ts';

type StateFacts = {
  roads: () => readonly CameraRoad[];
  repairOf: (camera: CameraId) => Repair | undefined;
  outbox: Outbox;
  clock: Clock;
};

export type BridgeState = { port: number; close(): void };

export async function serveState(port: number, { roads, repairOf, outbox, clock }: StateFacts): Promise<BridgeState> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/state';
    const body = found ? stateOf({ roads, repairOf, outbox, clock }) : { error: 'GET /state is all there is' };
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function stateOf({ roads, repairOf, outbox, clock }: StateFacts) {
  return {
    outbox: outbox.depth(),
    cameras: roads().map(({ camera, state, clockOffset, readsToday, faults, quiet }) => ({
      id: camera.id,
      ...state,
      ...streamOf(state, clock.now()),
      reading: quiet.reading(),
      upSince: state.upSince === null ? null : isoInstant(state.upSince),
      lastByteAt: state.lastByteAt === null ? null : isoInstant(state.lastByteAt),
      clockOffsetMs: clockOffset.ms,
      readsToday: readsToday.on(clock.now()).count,
      faults: faults.counts,
      memory: repairOf(camera.id)?.view() ?? null,
    })),
  };
}
