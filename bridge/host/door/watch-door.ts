// The TLS door is a proxy of somebody else's making: whether viewers get through it is looked at from its own machine.
import { SERVICE_DIMENSION } from '../../../shared/metrics/bridge-metrics.ts';
import { DOOR_METRICS, DOOR_SERVICE } from '../../../shared/metrics/door-metrics.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import type { Log } from '../../../shared/support/log.ts';
import { metricDocument } from '../../camera-state/metric-document.ts';
import { type DoorPlace, lookAtDoor } from './look-at-door.ts';

const LOOK_EVERY_MS = 300_000;

type WatchDoor = {
  place: DoorPlace;
  /** Writes one line to the log. */
  print: (line: string) => void;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Resolves after the signal. */
export async function watchDoor({ place, print, clock, log, signal }: WatchDoor): Promise<void> {
  const dimension = { name: SERVICE_DIMENSION, value: DOOR_SERVICE };
  while (!signal.aborted) {
    const look = await lookAtDoor(place, clock.now());
    if (!look.serving) log.error('door.closed', { name: place.name, reason: look.reason });
    const values = { DoorServing: look.serving ? 1 : 0, DoorCertificateDays: look.certificateDays };
    print(metricDocument({ at: clock.now(), dimension, definitions: DOOR_METRICS, values }));
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
