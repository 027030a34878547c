// Kill -9 of bridge, recorder and webhook, again and again, in the middle of whatever they do.
import type { FaultName } from './faults.ts';
import { runSoak, type Soak } from './soak.ts';

const MINUTE_MS = 60_000;
/** The bridge twice, which has the most to lose; a stream that breaks makes it log in and ask the memory. */
const KILLS: readonly FaultName[] = [
  'the bridge is killed',
  'the bridge is killed',
  'the recorder is killed',
  'the webhook is killed',
  'the connection is reset',
];
const BUSY_LANE = { gapMs: 3_000, burstsAnHour: 20 };
/** So that a bridge dies between the pages of one look, too. */
const ROWS_PER_ANSWER = 50;
const KILL_EVERY_MS = 2_500;

export type KillOptions = { seed: number; kills: number; onStretch?: (soak: Soak) => void };

/** Ends when at least so many have died, and all is well again. */
export function runKills({ seed, kills, onStretch = () => {} }: KillOptions): Promise<Soak> {
  let pushes = false;
  return runSoak({
    seed,
    isOver: (soak) => killsOf(soak) >= kills,
    stretchMs: MINUTE_MS,
    faultEveryMs: KILL_EVERY_MS,
    faults: KILLS,
    lane: BUSY_LANE,
    rowsPerAnswer: ROWS_PER_ANSWER,
    onStretch(soak) {
      const { camera, cloud } = soak.world;
      // What the bridge did not hear comes from the memory in one minute, and by a push in the next.
      pushes = !pushes;
      camera.setPush(pushes ? cloud.webhookUrl : null);
      onStretch(soak);
    },
  });
}

export function killsOf({ world: { killed, cloud } }: Soak): number {
  return killed + cloud.killed.webhook + cloud.killed.recorder;
}
