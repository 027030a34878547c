// What the resources may ask of the camera that they belong to.
import type { FirmwareName } from '../alerts/firmware.ts';
import type { SimulatedLens } from '../lens/lens.ts';
import type { LensFault, LensOptions } from '../lens/lens-options.ts';
import type { LedgerEntry } from '../passage.ts';
import type { NotificationHosts } from './notification-hosts.ts';
import type { PlatesOptions } from './plates.ts';

export type SnapshotForm = 'picture' | 'error-with-200' | 'login-page-with-200' | 'busy';

/**
 * Whether what the camera reads goes to its streams and slots; `without-center`: it is linked elsewhere only. `untold`:
 * newer models do not list this event (ISAPI.md 5.4).
 */
export type AnprLinkage = 'center' | 'without-center' | 'untold';

export type Device = {
  firmware: FirmwareName;
  /** The camera's own clock, ms since 1970. */
  now(): number;
  zoneMinutes(): number;
  timeMode(): 'NTP' | 'manual';
  anpr: AnprLinkage;
  /** The passages that the camera still remembers, oldest first. */
  memory(): readonly LedgerEntry[];
  plates: PlatesOptions;
  snapshotForm(): SnapshotForm;
  /** A JPEG of the lane at this moment. */
  snapshot(): Buffer;
  lens: SimulatedLens;
  lensOptions: LensOptions;
  lensFaults(): readonly LensFault[];
  notificationHosts: NotificationHosts;
};

export type ResourceRequest = { method: string; path: string; body: string };
