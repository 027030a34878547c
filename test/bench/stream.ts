import { runChild, withServer } from './child.ts';
import { type Figure, figure, median } from './figure.ts';

const EVENTS = 4_000;
const PAIRS = 5;

type Run = {
  reads: number;
  pictures: number;
  bytes: number;
  faults: number;
  seconds: number;
  cpuSeconds: number;
  peakRssMb: number;
};

/** The stream with pictures: CPU for 1,000 events of 343 kB against the best public parser, and the share of socket-discard. */
export async function measureStream(): Promise<Figure[]> {
  return [...(await measure('with part lengths', 'yes', 0.8)), ...(await measure('without part lengths', 'no', 1))];
}

async function measure(name: string, partLengths: 'yes' | 'no', mostCpu: number): Promise<Figure[]> {
  const runs = await withServer('./stream-source.ts', [EVENTS, partLengths, 'yes'], async (port) => {
    const all: { ours: Run; discard: Run; best: Run }[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const discard = await runChild<Run>('./stream-client.ts', ['discard', port]);
      const ours = await runChild<Run>('./stream-client.ts', ['bridge', port]);
      const best = await runChild<Run>('./stream-client.ts', ['public', port]);
      for (const run of [ours, best]) {
        if (run.reads !== EVENTS || run.pictures !== 2 * EVENTS)
          throw new Error(`a stream lost events: ${JSON.stringify(run)}`);
      }
      all.push({ ours, discard, best });
    }
    return all;
  });
  const cpu = (pick: 'ours' | 'best' | 'discard') => median(runs.map((run) => (run[pick].cpuSeconds / EVENTS) * 1000));
  const share = (pick: 'ours' | 'best') => median(runs.map((run) => run.discard.seconds / run[pick].seconds));
  return [
    figure(`stream ${name}: CPU for 1,000 events (reference: best public parser)`, cpu('ours'), 's', cpu('best'), {
      of: 'value',
      most: mostCpu,
    }),
    figure(`stream ${name}: CPU for 1,000 events (reference: socket discard)`, cpu('ours'), 's', cpu('discard')),
    figure(
      `stream ${name}: share of socket-discard's speed (reference: best public parser's)`,
      share('ours'),
      '',
      share('best'),
      { of: 'ratio', least: 1 },
    ),
    figure(
      `stream ${name}: peak memory`,
      median(runs.map(({ ours }) => ours.peakRssMb)),
      'MB',
      median(runs.map(({ best }) => best.peakRssMb)),
    ),
  ];
}
