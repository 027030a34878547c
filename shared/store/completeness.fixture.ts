// For tests: rows as a camera's memory would tell of reads.
import type { Detection } from '../detection/detection.ts';
import { picNameAt } from '../isapi/plates/pic-name.ts';
import type { RememberedRow } from './completeness-rows.ts';

type Told = Pick<Detection, 'id' | 'capturedAt' | 'plate' | 'lane'>;

/** The memory's row of a read, named by a wall that shows UTC. */
export function rowOf({ id, capturedAt, plate, lane = '' }: Told): RememberedRow {
  return { picName: picNameAt(Date.parse(capturedAt)), id, capturedAt, plate, lane };
}
