// Who reads the RTSP re-stream. MediaMTX's hook names the connection, its API the session, and which connection a session
// came by is not told by 1.16.1: so each session is bound to the admission that it can only have come by.
import { type StreamName, StreamNameSchema } from '../../../shared/video/stream-name.ts';

/** A session is there within a moment of its admission, which explains no session any more after this. */
const ADMISSION_MS = 60_000;
/** Admissions and sessions together. */
const MAX_KNOWN = 500;

type Reader = { stream: StreamName; subject: string; until: number };
type Admitted = Reader & { upstreamId: string | null; at: number };

export type RtspReaders = {
  /** False when too many are known already. */
  admit(admitted: Admitted): boolean;
  /** Whether anybody may be reading, so that MediaMTX is worth asking. */
  isActive(): boolean;
  /** Takes in what MediaMTX lists. Answers who has come, who has left, and the ids of those that must be kicked. */
  reconcile(listed: readonly { id: string; path: string }[], now: number): Changes;
  /** For a session that was kicked. */
  forget(id: string): void;
  all(): Reader[];
};

type Changes = { came: Reader[]; left: Reader[]; overdue: { id: string; reader: Reader | null }[] };

export function createRtspReaders(): RtspReaders {
  let admissions: Admitted[] = [];
  const sessions = new Map<string, Reader>();
  let lookedAt = 0;

  /** The session's own admission where the ids say so, else the newest that fits and, of those, the one that ends first. */
  function admissionOf(id: string, stream: StreamName): Reader | undefined {
    const own = admissions.find(({ upstreamId }) => upstreamId === id);
    const possible = admissions.filter((admitted) => admitted.stream === stream);
    const fresh = possible.filter(({ at }) => at >= lookedAt);
    return own ?? (fresh.length > 0 ? fresh : possible).sort((a, b) => a.until - b.until)[0];
  }

  return {
    admit(admitted) {
      if (admissions.length + sessions.size >= MAX_KNOWN) return false;
      admissions.push(admitted);
      return true;
    },
    isActive: () => admissions.length + sessions.size > 0,
    reconcile(listed, now) {
      const changes: Changes = { came: [], left: [], overdue: [] };
      const ids = new Set(listed.map(({ id }) => id));
      for (const [id, reader] of sessions) {
        if (ids.has(id)) continue;
        sessions.delete(id);
        changes.left.push(reader);
      }
      for (const { id, path } of listed) {
        // A session that has asked for nothing yet has no path.
        const stream = StreamNameSchema.safeParse(path).data;
        if (stream === undefined) continue;
        const known = sessions.get(id);
        const reader = known ?? admissionOf(id, stream);
        if (reader !== undefined && known === undefined) {
          const { subject, until } = reader;
          sessions.set(id, { stream, subject, until });
          changes.came.push({ stream, subject, until });
        }
        if (reader === undefined || reader.until <= now) changes.overdue.push({ id, reader: reader ?? null });
      }
      admissions = admissions.filter(({ at }) => now - at < ADMISSION_MS);
      lookedAt = now;
      return changes;
    },
    forget(id) {
      sessions.delete(id);
    },
    all: () => [...sessions.values()],
  };
}
