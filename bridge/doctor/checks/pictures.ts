// Whether what this camera read lately stands in the table, and with pictures.
import type { CameraId } from '../../../shared/detection/detection.ts';
import type { DetectionStore } from '../../../shared/store/detections.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { fail, type Outcome, ok, skipped, warn } from '../finding.ts';

const LOOKED_AT = 5;
const DAY_MS = 86_400_000;
export const PICTURES_LIMIT_MS = 15_000;

type PicturesDependencies = {
  store: Pick<DetectionStore, 'list'> | null;
  onPlate: (plate: string) => void;
  clock: Clock;
};

export async function checkPictures(
  camera: CameraId,
  { store, onPlate, clock }: PicturesDependencies,
): Promise<Outcome> {
  if (store === null) return skipped('no table is configured here (GATE_TABLE)');
  const page = await store.list({ cameras: [camera], limit: LOOKED_AT, order: 'desc' }).catch(() => null);
  if (page === null)
    return fail('the table does not answer', 'look at its name (GATE_TABLE), the region and the credentials');
  for (const { plate } of page.items) if (plate !== null) onPlate(plate);
  const [newest] = page.items;
  if (newest === undefined) return warn('no read of this camera is stored', 'let a vehicle pass, and run doctor again');
  const ageMs = clock.now() - Date.parse(newest.receivedAt);
  const age = ageMs > DAY_MS ? `${Math.floor(ageMs / DAY_MS)} days` : `${Math.max(0, Math.round(ageMs / 60_000))} min`;
  const seen = `the last read came ${age} ago`;
  const pictured = page.items.filter(({ pictures }) => pictures.length > 0).length;
  if (pictured === 0) {
    return warn(
      `${seen}; none of the last ${page.items.length} has a picture`,
      'switch "Upload pictures" on for ANPR in the camera; plates from its memory have none or one',
    );
  }
  return ok(`${seen}; ${pictured} of the last ${page.items.length} have pictures`);
}
