import { runChild, withServer } from './child.ts';
import { type Figure, figure } from './figure.ts';

const CAMERAS = 1_000;
const FEW = 50;

type Run = { heartbeats: number; coreShare: number; rssMb: number; peakRssMb: number };

/** A thousand idle cameras in one process, a heartbeat a second each; the reference is the same process with fifty. */
export function measureIdleCameras(): Promise<Figure[]> {
  return withServer('./idle-source.ts', [], async (port) => {
    const few = await runChild<Run>('./idle-client.ts', [FEW, port]);
    const all = await runChild<Run>('./idle-client.ts', [CAMERAS, port]);
    return [
      figure('1,000 idle cameras: memory (reference: 50 cameras)', all.peakRssMb, 'MB', few.peakRssMb),
      figure('1,000 idle cameras: share of one core (reference: 50 cameras)', all.coreShare, '%', few.coreShare),
      figure('1,000 idle cameras: heartbeats heard in 10 s', all.heartbeats, ''),
    ];
  });
}
