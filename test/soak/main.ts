// `npm run soak`: hours of a gate in minutes, or deaths by the thousand, and the camera's ledger against the table after it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command } from 'commander';
import { reasonOf } from '../../shared/support/errors.ts';
import { killsOf, runKills } from './kills.ts';
import { runSoak, type Soak } from './soak.ts';
import { judge, leftBehind } from './verdict.ts';

const MEBIBYTE = 2 ** 20;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
const MAX_SEED = 100_000;
const THIRDS = 3;
/** Of heap a vehicle: its line in the ledger, that the simulated camera and the soak keep. */
const MAX_KIB_A_VEHICLE = 6;
/** Between the first and the last third; fewer tell nothing. */
const ENOUGH_VEHICLES = 1_000;

const program = new Command('npm run soak --')
  .description(
    'A gate, its camera and AWS on a clock that is driven, with faults drawn from a seed; then ledger and table.',
  )
  .option('--seed <n>', 'the same seed is the same run', wholeNumber, Date.now() % MAX_SEED)
  .option('--hours <n>', 'of simulated time', wholeNumber, 72)
  .option('--kills <n>', 'instead: kill bridge, recorder and webhook at so many random points', wholeNumber);

type Options = { seed: number; hours: number; kills?: number };

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return program.error(`${text} is no whole number`);
}

async function run({ seed, hours, kills }: Options): Promise<void> {
  console.log(`seed ${seed}, ${kills === undefined ? `${hours} hours` : `${kills} kills`}`);
  const began = performance.now();
  const heaps: { mebibytes: number; vehicles: number }[] = [];
  const report = (soak: Soak) => {
    heaps.push({ mebibytes: heapMebibytes(), vehicles: soak.passed.length });
    console.log(progress(soak, (performance.now() - began) / SECOND_MS));
  };
  const soak =
    kills === undefined
      ? await runSoak({ seed, isOver: ({ elapsedMs }) => elapsedMs >= hours * HOUR_MS, onStretch: report })
      : await runKills({ seed, kills, onStretch: report });
  const complaints = [...(await told(soak)), ...leftBehind(soak), ...grown(heaps)];
  for (const complaint of complaints) console.error(complaint);
  await soak.world.close();
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

function progress(soak: Soak, seconds: number): string {
  const { elapsedMs, passed, faults, world } = soak;
  const hours = (elapsedMs / HOUR_MS).toFixed(1).padStart(5);
  const counts = `${passed.length} vehicles, ${faults.length} faults, ${killsOf(soak)} kills, ${world.lives} bridges`;
  return `${hours} h  ${counts}, heap ${heapMebibytes().toFixed(1)} MiB, ${seconds.toFixed(0)} s`;
}

/** Prints the verdict; what is wrong with it. */
async function told(soak: Soak): Promise<string[]> {
  const { mismatches, ...verdict } = await judge(soak);
  const { vehicles, rows, late, lost, gaps } = verdict;
  console.log(
    `${vehicles} vehicles, ${rows} rows (${late} late); ${lost} forgotten by the camera before anyone could ask, ` +
      `in ${gaps.count} gaps that the bridge told, estimated at ${gaps.estimate}`,
  );
  return mismatches;
}

function grown(heaps: readonly { mebibytes: number; vehicles: number }[]): string[] {
  const thirds = Array.from({ length: THIRDS }, (_, n) => heaps[Math.ceil(((n + 1) * heaps.length) / THIRDS) - 1]);
  console.log(`heap after each third: ${thirds.map((heap) => heap?.mebibytes.toFixed(1)).join(', ')} MiB`);
  const [first, , last] = thirds;
  if (!first || !last || last.vehicles - first.vehicles < ENOUGH_VEHICLES) return [];
  const kibibytes = ((last.mebibytes - first.mebibytes) * 1024) / (last.vehicles - first.vehicles);
  return kibibytes > MAX_KIB_A_VEHICLE ? [`memory grows by ${kibibytes.toFixed(1)} KiB a vehicle`] : [];
}

function heapMebibytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / MEBIBYTE;
}

run(program.parse().opts<Options>()).then(
  () => process.exit(),
  (error: unknown) => program.error(`could not finish the soak: ${reasonOf(error)}`),
);
