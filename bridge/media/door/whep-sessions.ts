// The WHEP sessions that the door has opened. A viewer knows a session by the door's own id, MediaMTX by two of its own.
import { randomBytes } from 'node:crypto';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { LeaveSeat } from './seats.ts';

/** 128 bits: who knows the id may close the session, as WHEP has it, so it cannot be guessed. */
const ID_BYTES = 16;

export type WhepSession = {
  readonly id: string;
  readonly stream: StreamName;
  readonly subject: string;
  /** UTC ms. */
  until: number;
  /** MediaMTX's public id of it, for its API. */
  readonly upstreamId: string;
  /** MediaMTX's secret name of it, for PATCH and DELETE. */
  readonly upstreamSecret: string;
  readonly openedAt: number;
  /** It is being closed, and answers to nobody any more. */
  ending: boolean;
};

type Opened = Pick<WhepSession, 'stream' | 'subject' | 'until' | 'upstreamId' | 'upstreamSecret' | 'openedAt'>;

export type WhepSessions = {
  add(opened: Opened, leave: LeaveSeat): WhepSession;
  /** One that is not ending. */
  find(stream: StreamName, id: string): WhepSession | undefined;
  all(): WhepSession[];
  /** Gives its seat back. */
  forget(session: WhepSession): void;
};

/** As many as there are seats. */
export function createWhepSessions(): WhepSessions {
  const byId = new Map<string, { session: WhepSession; leave: LeaveSeat }>();
  return {
    add(opened, leave) {
      const session = { ...opened, id: randomBytes(ID_BYTES).toString('base64url'), ending: false };
      byId.set(session.id, { session, leave });
      return session;
    },
    find(stream, id) {
      const session = byId.get(id)?.session;
      return session?.stream === stream && !session.ending ? session : undefined;
    },
    all: () => [...byId.values()].map(({ session }) => session),
    forget({ id }) {
      byId.get(id)?.leave();
      byId.delete(id);
    },
  };
}
