// The camera's ledger against the table, to the row.
import { type CameraId, CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { LATE_AFTER_MS } from '../../shared/detection/lateness.ts';
import { normalisePlate } from '../../shared/detection/plate.ts';
import type { DetectionStore } from '../../shared/store/detections.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { isUnread } from '../camera/passage.ts';
import { OUR_STEP_MS } from './faults.ts';
import { historyOf, type Soak } from './soak.ts';
import { type Passed, REMEMBERED_BY_CAMERA, type World } from './world.ts';

const PAGE = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Our clock may be wrong by a minute and a half, and a gap's ends are told by it. */
const GAP_TOLERANCE_MS = 3 * MINUTE_MS;
/** A live read that came so long after its vehicle waited in a socket while the disk was full, or was sent once more. */
const LIVE_WITHIN_MS = 10 * MINUTE_MS;
/** A corrected instant is right by our clock, and by a median of heartbeats of a minute. */
const CORRECTED_WITHIN_MS = 3 * MINUTE_MS;
/** Three heartbeats after the camera's clock was set, and heartbeats need a stream. */
const STEP_NOTICED_WITHIN_MS = 60 * MINUTE_MS;
const TOLD_MISMATCHES = 5;
const AROUND_MS = 45 * MINUTE_MS;
const CLOCK_FAULTS = /^the camera's (clock|zone)/;
const GATE: CameraId = CameraIdSchema.parse('gate');

export type Verdict = {
  vehicles: number;
  rows: number;
  /** Rows that only the camera's memory, or a replay, has told of. */
  late: number;
  /** Vehicles that nobody remembers any more: no row, and a gap that was told. */
  lost: number;
  /** Gaps told, and how many vehicles were estimated for them. */
  gaps: { count: number; estimate: number };
  /** What is wrong, each with what was going on; empty when all is well. */
  mismatches: string[];
};

type Mismatch = { what: string; truth: number };

export async function judge(soak: Soak): Promise<Verdict> {
  const { world, passed } = soak;
  const rows = await allRows(world.store);
  const byMoment = Map.groupBy(rows, momentOf);
  const mismatches: Mismatch[] = [];
  let lost = 0;
  for (const [n, vehicle] of passed.entries()) {
    const found = byMoment.get(momentOfPassed(vehicle)) ?? [];
    byMoment.delete(momentOfPassed(vehicle));
    const [row] = found;
    if (row === undefined) {
      const isForgotten = n < Math.max(soak.forgotten, passed.length - REMEMBERED_BY_CAMERA);
      const what = isForgotten ? 'forgotten by the camera, and not told' : 'missing, while the camera remembers it';
      if (isForgotten && isTold(vehicle, world)) lost += 1;
      else mismatches.push({ what, truth: vehicle.truth });
    } else if (found.length > 1) mismatches.push({ what: `${found.length} rows`, truth: vehicle.truth });
    else mismatches.push(...wrongAbout(row, vehicle, soak));
  }
  for (const row of [...byMoment.values()].flat()) {
    mismatches.push({
      what: `a row of no vehicle: ${told(row)}`,
      truth: Date.parse(row.receivedAt),
    });
  }
  const estimate = world.gaps.reduce((sum, { fields }) => sum + Number(fields.estimate), 0);
  return {
    vehicles: passed.length,
    rows: rows.length,
    late: rows.filter(({ late }) => late).length,
    lost,
    gaps: { count: world.gaps.length, estimate },
    mismatches: mismatches.slice(0, TOLD_MISMATCHES).map((mismatch) => inWords(mismatch, soak, mismatches.length)),
  };
}

/** What is not where it belongs when all is well again; empty when all is. */
export function leftBehind({ world: { disk, queue, cloud } }: Soak): string[] {
  const left = {
    'reads in the outbox': disk.count('/outbox/reads'),
    'pictures in the outbox': disk.count('/outbox/pictures'),
    'bad files': disk.count('/outbox/bad'),
    'messages in the queue': queue.waiting,
    'dead letters': cloud.deadLetters.length,
  };
  return Object.entries(left).flatMap(([name, count]) => (count > 0 ? [`left behind: ${count} ${name}`] : []));
}

async function allRows(store: DetectionStore): Promise<Detection[]> {
  const rows: Detection[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: PAGE, order: 'asc', cursor, cameras: [GATE] });
    rows.push(...page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** To the millisecond, since no two vehicles have one: a row dated wrong is one of no vehicle. */
const momentOf = ({ plate, capturedAt }: Detection) => `${plate ?? '-'} ${capturedAt}`;
function momentOfPassed({ entry: { passage, capturedAt } }: Passed): string {
  const plate = isUnread(passage) ? null : normalisePlate(passage.plate ?? '');
  return `${plate ?? '-'} ${isoInstant(capturedAt)}`;
}

function isTold({ truth }: Passed, { gaps }: World): boolean {
  return gaps.some(({ fields: { from, to } }) => {
    const begin = Date.parse(String(from)) - GAP_TOLERANCE_MS;
    return truth >= begin && truth <= Date.parse(String(to)) + GAP_TOLERANCE_MS;
  });
}

function wrongAbout(row: Detection, { entry, truth }: Passed, { replayed, faults }: Soak): Mismatch[] {
  const isHistory = row.sources.every((source) => source === 'history');
  const wrong: string[] = [];
  if (isHistory && !row.late) wrong.push('known from the memory alone, and not late');
  const receivedAt = Date.parse(row.receivedAt);
  const waitedMs = receivedAt - truth;
  if (!row.late && waitedMs > LIVE_WITHIN_MS) wrong.push(`not late after ${Math.round(waitedMs / 1000)} s`);
  if (row.lane !== entry.passage.lane) wrong.push(`of lane ${row.lane}`);
  if (row.timeFrom === 'arrival' && waitedMs > CORRECTED_WITHIN_MS) wrong.push('dated by its arrival');
  if (row.timeFrom === 'camera' && row.at !== row.capturedAt) wrong.push('moved without a reason');
  const isSteady = faults.every(
    ({ name, from, to }) =>
      !CLOCK_FAULTS.test(name) ||
      [from, to].every(
        (step) => step < truth - STEP_NOTICED_WITHIN_MS || step > Date.parse(row.receivedAt) + MINUTE_MS,
      ),
  );
  const isPrompt = isSteady && waitedMs <= LATE_AFTER_MS - OUR_STEP_MS;
  if (!isHistory && row.late && isPrompt && !replayed.has(entry.uuid)) wrong.push('live, and marked late');
  if (isSteady && row.timeFrom === 'corrected' && Math.abs(Date.parse(row.at) - truth) > CORRECTED_WITHIN_MS) {
    wrong.push(`corrected to ${row.at}`);
  }
  return wrong.map((what) => ({ what: `${what}: ${told(row)}`, truth }));
}

/** Without the plate. */
function told({ plate, capturedAt, at, receivedAt, late, sources, lane }: Detection): string {
  return JSON.stringify({ isRead: plate !== null, capturedAt, at, receivedAt, late, sources, lane });
}

function inWords({ what, truth }: Mismatch, { faults, passed }: Soak, count: number): string {
  const around = faults.filter(({ from, to }) => to > truth - AROUND_MS && from < truth + AROUND_MS);
  const hour = Math.floor((truth - (passed[0]?.truth ?? truth)) / HOUR_MS) + 1;
  return `(1 of ${count}) hour ${hour}, the vehicle of ${isoInstant(truth)}: ${what}; ${historyOf(around)}`;
}
