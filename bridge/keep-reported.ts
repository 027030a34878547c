// Keeps a row in the table up to date: on every change and every 30 s, so that a process that has died is seen by its
// silence. Nothing waits for it: one write per row is out at most, and one that fails is tried again with newer facts.
import type { Clock } from '../shared/support/clock.ts';
import { reasonOf } from '../shared/support/errors.ts';
import type { Log } from '../shared/support/log.ts';

const REPORT_EVERY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Before a report that the table did not take is tried again. */
const RETRY_AFTER_MS = 5_000;

export type Report = {
  /** Differs whenever there is something that must not wait for the next regular report. */
  changeMark(): string;
  write(): Promise<void>;
};

export type KeepReported = {
  reports: readonly Report[];
  /** What the log calls them: `<name>.unreported`, `<name>.reported_again`. */
  name: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Resolves after the signal, when the last word of each is written or could not be. */
export async function keepReported({ reports, name, clock, log, signal }: KeepReported): Promise<void> {
  // Shared by all: a table that is away is one line, not one per camera.
  const said = { failure: false };
  const reporters = reports.map((report) => createReporter(report, { name, clock, log, said }));
  while (!signal.aborted) {
    for (const reporter of reporters) reporter.look();
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
  await Promise.all(reporters.map((reporter) => reporter.lastWord()));
}

type Deps = Pick<KeepReported, 'name' | 'clock' | 'log'> & { said: { failure: boolean } };

function createReporter(report: Report, { name, clock, log, said }: Deps) {
  let inFlight: Promise<void> | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let toldMark: string | null = null;

  async function write(): Promise<void> {
    triedAt = clock.now();
    const mark = report.changeMark();
    try {
      await report.write();
      toldMark = mark;
      hasFailed = false;
      if (said.failure) log.info(`${name}.reported_again`);
      said.failure = false;
    } catch (error) {
      if (!said.failure) log.warn(`${name}.unreported`, { reason: reasonOf(error) });
      said.failure = true;
      hasFailed = true;
    }
  }

  function nextInMs(): number {
    if (hasFailed) return RETRY_AFTER_MS;
    return report.changeMark() === toldMark ? REPORT_EVERY_MS : 0;
  }

  return {
    look(): void {
      // Either way: a clock that was set back must not end the reports.
      if (inFlight !== null || Math.abs(clock.now() - triedAt) < nextInMs()) return;
      inFlight = write().finally(() => {
        inFlight = null;
      });
    },
    async lastWord(): Promise<void> {
      await inFlight;
      await write();
    },
  };
}
