// The camera's memory of plates: what brings back the reads of an outage (ISAPI.md 9).
import type { CameraClient } from '../../../shared/isapi/client.ts';
import { askPlates } from '../../../shared/isapi/plates/ask-plates.ts';
import { picNameAt } from '../../../shared/isapi/plates/pic-name.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { failureOf } from '../failure-of.ts';
import { type Outcome, ok, warn } from '../finding.ts';

/** More than the camera's wall clock can be off in zone, and few enough rows for one answer. */
const LOOK_BACK_MS = 26 * 3_600_000;
export const PLATES_LIMIT_MS = 15_000;
const MEMORY = 'reads of an outage of the line will be lost: keep the bridge near the camera, or upgrade its firmware';

type PlatesMemoryDependencies = { onPlate: (plate: string) => void; clock: Clock };

export async function checkPlatesMemory(
  client: CameraClient,
  { onPlate, clock }: PlatesMemoryDependencies,
): Promise<Outcome> {
  try {
    const answer = await askPlates(client, picNameAt(clock.now() - LOOK_BACK_MS));
    if (answer === 'not_supported') return warn('the camera keeps no plates that could be asked for', MEMORY);
    const { rows, unreadable } = answer;
    for (const { plateAsRead } of rows) onPlate(plateAsRead);
    if (unreadable > 0)
      return warn(`answers; ${unreadable} of ${rows.length + unreadable} rows cannot be read`, MEMORY);
    return ok(`answers; ${rows.length} plates of the last day or so`);
  } catch (error) {
    return failureOf(error, MEMORY);
  }
}
