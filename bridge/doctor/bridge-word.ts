// What the bridge says of a camera: its GET /state on this machine, else its row in the table. The doctor opens no
// stream where a bridge is there: cameras have few, and one that was closed may stay held for two minutes (ISAPI.md 3.5).
import * as z from 'zod';
import type { CameraId } from '../../shared/detection/detection.ts';
import {
  type CameraStates,
  type Reading,
  ReadingSchema,
  StreamStatusSchema,
} from '../../shared/store/camera-states.ts';
import type { Clock } from '../../shared/support/clock.ts';

const ANSWER_TIMEOUT_MS = 2_000;
/** The bridge reports every 30 s; one that has been silent for so long is taken for gone (as its alarm does). */
const FRESH_MS = 180_000;

const Instant = z.iso.datetime().nullable();
const Camera = z.object({
  id: z.string(),
  status: StreamStatusSchema,
  reason: z.string().nullable().default(null),
  lastHeartbeatAt: Instant.default(null),
  reading: ReadingSchema.optional(),
});
const State = z.object({ cameras: z.array(z.unknown()) });

export type BridgeWord = {
  from: 'its state on this machine' | 'its row in the table';
  status: z.infer<typeof StreamStatusSchema>;
  reason: string | null;
  lastHeartbeatAt: string | null;
  reading: Reading | null;
};

type BridgeWordDependencies = {
  statePort: number;
  /** Null without a table. */
  states: Pick<CameraStates, 'read'> | null;
  clock: Clock;
};

/** Null when no bridge says anything; throws Busy or Broken when the table does not answer. */
export async function bridgeWord(camera: CameraId, deps: BridgeWordDependencies): Promise<BridgeWord | null> {
  return (await fromState(camera, deps.statePort)) ?? fromTable(camera, deps);
}

async function fromState(camera: CameraId, statePort: number): Promise<BridgeWord | null> {
  if (statePort === 0) return null;
  try {
    const answer = await fetch(`http://127.0.0.1:${statePort}/state`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { cameras } = State.parse(await answer.json());
    const word = cameras.map((each) => Camera.safeParse(each).data).find((each) => each?.id === camera);
    if (!word) return null;
    const { status, reason, lastHeartbeatAt, reading = null } = word;
    return { from: 'its state on this machine', status, reason, lastHeartbeatAt, reading };
  } catch {
    // No bridge on this machine, or something else on its port.
    return null;
  }
}

async function fromTable(camera: CameraId, { states, clock }: BridgeWordDependencies): Promise<BridgeWord | null> {
  const report = (await states?.read(camera)) ?? null;
  if (report === null || clock.now() - Date.parse(report.reportedAt) > FRESH_MS) return null;
  const { stream, lastHeartbeatAt, reading } = report;
  return { from: 'its row in the table', status: stream.status, reason: stream.reason, lastHeartbeatAt, reading };
}
