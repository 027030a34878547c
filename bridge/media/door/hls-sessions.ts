// What a ticket starts for a player that cannot send a header: a session whose id stands in every URL after the first.
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../shared/support/clock.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { Viewer } from './admission.ts';
import { BoundedMap } from './bounded-map.ts';

const ID_BYTES = 16;
/** Far above the seats; beyond it the oldest are forgotten, and their players need a fresh ticket. */
const MAX_SESSIONS = 2_000;

export type HlsSessions = {
  /** The id; the same for the same ticket and stream, so that one ticket is one session. */
  start(ticket: string, stream: StreamName, viewer: Viewer): string;
  /** Undefined for an id that is not known, or whose time is over. */
  find(stream: StreamName, id: string): Viewer | undefined;
};

export function createHlsSessions({ clock }: { clock: Clock }): HlsSessions {
  const byId = new BoundedMap<string, Viewer & { stream: StreamName }>(MAX_SESSIONS);
  const idByTicket = new BoundedMap<string, string>(MAX_SESSIONS);
  return {
    start(ticket, stream, viewer) {
      const key = createHash('sha256').update(`${stream}\0${ticket}`).digest('base64');
      const id = idByTicket.get(key) ?? randomBytes(ID_BYTES).toString('base64url');
      idByTicket.set(key, id);
      byId.set(id, { ...viewer, stream });
      return id;
    },
    find(stream, id) {
      const session = byId.get(id);
      if (session?.stream !== stream) return undefined;
      if (clock.now() < session.until) return session;
      byId.delete(id);
      return undefined;
    },
  };
}
