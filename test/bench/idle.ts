import { bundle } from './bundle.ts';
import { runChild, withServer } from './child.ts';
import { type Figure, figure } from './figure.ts';

const CAMERAS = 1_000;
const FEW = 50;

type Run = { heartbeats: number; coreShare: number; rssMb: number; peakRssMb: number };

/** A thousand idle cameras in one process, a heartbeat a second each; the reference is the same process with fifty. */
export function measureIdleCameras(): Promise<Figure[]> {
  return withServer('./idle-source.ts', [], async (port) => {
    // Bundled, as the bridge is deployed: the loader that strips types is 30 MB by itself.
    const client = await bundle('./idle-client.ts');
    const few = await runChild<Run>(client.path, [FEW, port]);
    const all = await runChild<Run>(client.path, [CAMERAS, port]);
    client.remove();
    return [
      figure('1,000 idle cameras: memory (reference: 50 cameras)', all.peakRssMb, 'MB', few.peakRssMb, {
        of: 'value',
        most: 150,
      }),
      figure('1,000 idle cameras: share of one core (reference: 50 cameras)', all.coreShare, '%', few.coreShare, {
        of: 'value',
        most: 15,
      }),
      figure('1,000 idle cameras: heartbeats heard in 10 s', all.heartbeats, '', null, { of: 'value', least: 9_000 }),
    ];
  });
}
