import type { NotificationHost } from '../../../shared/isapi/notification-hosts/notification-host.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import { isOurs, slotText } from './slot-text.ts';

/**
 * Ours, else a free one; somebody else's only when it is named.
 * @throws Rejected `invalid_request` when there is none, `conflict` when all are somebody else's
 */
export function chooseSlot(hosts: readonly NotificationHost[], wanted: string | null): NotificationHost {
  if (wanted !== null) {
    const named = hosts.find(({ id }) => id === wanted);
    if (named) return named;
    const known = hosts.map(({ id }) => id).join(', ') || 'none';
    throw new Rejected('invalid_request', `could not take slot ${wanted}: the camera has ${known}`);
  }
  const found = hosts.find(isOurs) ?? hosts.find(({ isUsed }) => !isUsed);
  if (found) return found;
  const taken = hosts.map(slotText).join('; ');
  throw new Rejected(
    'conflict',
    `could not take a slot: all are somebody else's (${taken}); --slot <n> names one to be replaced`,
  );
}
