// `npm run bench`: what the gate feels, each figure beside a reference measured in the same run.
import { Command } from 'commander';
import colours from 'picocolors';
import { reasonOf } from '../../shared/support/errors.ts';
import { measureDrain } from './drain.ts';
import { type Figure, verdictOn } from './figure.ts';
import { measureIdleCameras } from './idle.ts';
import { measureLens } from './lens.ts';
import { measureMemory } from './memory.ts';
import { measurePromptness } from './prompt.ts';
import { measureRecorder } from './recorder.ts';
import { measureStream } from './stream.ts';
import { measureVideo } from './video.ts';
import { measureWebhook } from './webhook.ts';

const MEASURES: Record<string, () => Promise<Figure[]>> = {
  prompt: measurePromptness,
  stream: measureStream,
  idle: measureIdleCameras,
  memory: measureMemory,
  recorder: measureRecorder,
  webhook: measureWebhook,
  drain: measureDrain,
  lens: measureLens,
  video: measureVideo,
};

const program = new Command('npm run bench --')
  .description('Measures the gate; references are measured in the same run.')
  .option('--json', 'one JSON object per line: name, value, unit, reference, ratio')
  .option('--only <names>', `some of ${Object.keys(MEASURES).join(', ')}, separated by commas`);

async function run({ json, only }: { json?: boolean; only?: string }): Promise<void> {
  const names = only?.split(',') ?? Object.keys(MEASURES);
  const unknown = names.filter((name) => !(name in MEASURES));
  if (unknown.length > 0)
    program.error(`there is no measure ${unknown.join(', ')}; there are ${Object.keys(MEASURES).join(', ')}`);
  for (const name of names) {
    if (!json) process.stderr.write(colours.dim(`measuring ${name} …\n`));
    for (const figure of (await MEASURES[name]?.()) ?? []) {
      console.log(json ? JSON.stringify(figure) : row(figure));
      const verdict = verdictOn(figure);
      if (verdict?.kept !== false) continue;
      process.exitCode = 1;
      process.stderr.write(
        colours.red(
          `missed: ${figure.name} is ${figure.value} ${figure.unit}, ratio ${figure.ratio}; ${verdict.words}\n`,
        ),
      );
    }
  }
}

function row(figure: Figure): string {
  const { name, value, unit, reference, ratio } = figure;
  const beside =
    reference === null
      ? ''
      : `  ${colours.dim(`reference ${reference} ${unit}`.trimEnd())}  ratio ${colours.bold(String(ratio))}`;
  const verdict = verdictOn(figure);
  const limit = verdict
    ? `  ${verdict.kept ? colours.green(verdict.words) : colours.red(`${verdict.words}: missed`)}`
    : '';
  return `${name.padEnd(95)} ${colours.bold(`${value} ${unit}`.trim().padStart(10))}${beside}${limit}`;
}

run(program.parse().opts()).then(
  () => process.exit(),
  (error: unknown) => program.error(`could not measure: ${reasonOf(error)}`),
);
