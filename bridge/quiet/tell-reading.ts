// The word for how reading goes, and the sentence that says why.
import type { Reading } from '../../shared/store/camera-states.ts';
import { LEARNED_AFTER_MS, LEARNED_AFTER_READS, type Quiet } from './judge-quiet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Whoever read a plate within this is reading, whatever the lane's habits. */
const READING_WITHIN_MS = 5 * MINUTE_MS;

/** `lane`: as the camera names it; empty when it does not. */
export type QuietLane = Quiet & { lane: string };

export type UnreadVehicles = { events: number; firmwareNote: string | null };

export type Heard = {
  lanes: readonly QuietLane[];
  /** A live read came since the stream was last down: the quiet is all the time since then. */
  hasRead: boolean;
  unread: UnreadVehicles | null;
};

/** While the stream is up. The worst that is true is told. */
export function tellReading({ lanes, hasRead, unread }: Heard): Reading {
  if (unread !== null) return { status: 'reads_missing', reason: missing(unread) };
  const isAlone = lanes.length === 1;
  const worst = lanes.filter(({ isSuspicious }) => isSuspicious).toSorted((a, b) => a.chance - b.chance)[0];
  // A suspicion needs no less than the time in which anybody is reading, however dense the traffic.
  if (worst && worst.quietMs >= READING_WITHIN_MS) {
    return { status: 'quiet_suspicious', reason: nameOf(worst, isAlone) + quietAndPace(worst, hasRead) };
  }
  if (hasRead && lanes.some(({ quietMs }) => quietMs < READING_WITHIN_MS)) return { status: 'reading', reason: null };
  const busiest = lanes.filter(({ isLearned }) => isLearned).toSorted((a, b) => b.expected - a.expected)[0];
  if (busiest) return { status: 'quiet_expected', reason: nameOf(busiest, isAlone) + quietAndPace(busiest, hasRead) };
  return { status: 'unknown', reason: learning(lanes.toSorted((a, b) => b.reads - a.reads)[0], hasRead) };
}

function missing({ events, firmwareNote }: UnreadVehicles): string {
  const told = `the camera told of vehicles ${events} times since the last read, and of no plate: reads are missing`;
  return firmwareNote === null ? told : `${told}; ${firmwareNote}`;
}

function quietAndPace({ quietMs, everyMs, expected }: Quiet, hasRead: boolean): string {
  const quiet = noRead(quietMs, hasRead);
  if (everyMs !== null) return `${quiet}; at this hour a truck comes every ${duration(everyMs)}`;
  // A quiet that began in a busy hour: the pace of this one explains nothing.
  if (expected >= 1) return `${quiet}, in which ${Math.round(expected)} trucks come as a rule`;
  return `${quiet}; at this hour hardly a truck comes`;
}

function learning(lane: QuietLane | undefined, hasRead: boolean): string {
  if (!lane) return 'no read since the bridge started: what is usual here is still being learned';
  const days = `${Math.min(7, Math.floor(lane.listenedMs / DAY_MS))} of ${LEARNED_AFTER_MS / DAY_MS} days`;
  const reads = `${Math.min(LEARNED_AFTER_READS, Math.floor(lane.reads))} of ${LEARNED_AFTER_READS} reads`;
  return `${noRead(lane.quietMs, hasRead)}; what is usual here is still being learned: ${days}, ${reads}`;
}

/** Nobody knows what passed while the stream was down. */
function noRead(quietMs: number, hasRead: boolean): string {
  return hasRead ? `no read for ${duration(quietMs)}` : `no read in ${duration(quietMs)} of listening`;
}

function nameOf({ lane }: QuietLane, isAlone: boolean): string {
  return isAlone || lane === '' ? '' : `lane ${lane}: `;
}

/** `47 min`, `3 h`, `2 days`: what people say. */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(1, Math.round(ms / 1_000))} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}
