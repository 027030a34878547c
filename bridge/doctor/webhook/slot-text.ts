import type { NotificationHost } from '../../../shared/isapi/notification-hosts/notification-host.ts';
import { tokenInPath } from '../../../shared/webhook/push-path.ts';

/** A slot that pushes to a webhook of this system, whichever deployment's. */
export function isOurs({ isUsed, path }: NotificationHost): boolean {
  return isUsed && tokenInPath(path) !== undefined;
}

/** A slot in one line. Of a path only ours is shown, without its token: others' may be secrets. */
export function slotText(slot: NotificationHost): string {
  const { id, isUsed, protocol, host, port, logsIn } = slot;
  if (!isUsed) return `slot ${id}: free`;
  const address = host.includes(':') ? `[${host}]` : host;
  const login = logsIn ? ', logs in there' : '';
  return `slot ${id}: ${protocol.toLowerCase()}://${address}${port === null ? '' : `:${port}`}${pathText(slot)}${login}`;
}

function pathText(slot: NotificationHost): string {
  if (!isOurs(slot)) return slot.path === '' ? '' : '/…';
  return tokenInPath(slot.path) === null ? '/api/gate/anpr-event/' : '/api/gate/anpr-event/***';
}
