// The trail of who watched: subject and stream, never a token, a ticket, a session's id or an address.
import type { Clock } from '../../../shared/support/clock.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { Transport } from './neighbours.ts';

/** A player that is refused asks again and again; of the same refusal one line in so long says how often. */
const REFUSALS_MS = 10_000;

type Watching = { stream: StreamName; subject: string };

export type Audit = {
  admitted(who: Watching, by: Transport): void;
  renewed(who: Watching, by: Transport): void;
  /** The viewer went. */
  left(who: Watching, by: Transport): void;
  /** The viewer's token or ticket ended. */
  letGo(who: Watching, by: Transport): void;
  /** `code` as the viewer was told. */
  refused(stream: StreamName, by: Transport, code: string): void;
};

export function createAudit({ clock, log }: { clock: Clock; log: Log }): Audit {
  const refusals = new Map<string, { toldAt: number; untold: number }>();

  const tell =
    (event: string) =>
    ({ stream, subject }: Watching, by: Transport): void =>
      log.info(event, { stream, subject, by });
  return {
    admitted: tell('viewer.admitted'),
    renewed: tell('viewer.renewed'),
    left: tell('viewer.left'),
    letGo: tell('viewer.let_go'),
    refused(stream, by, code) {
      const key = `${stream} ${by} ${code}`;
      const { toldAt, untold } = refusals.get(key) ?? { toldAt: Number.NEGATIVE_INFINITY, untold: 0 };
      const now = clock.now();
      if (now - toldAt < REFUSALS_MS) {
        refusals.set(key, { toldAt, untold: untold + 1 });
        return;
      }
      refusals.set(key, { toldAt: now, untold: 0 });
      log.info('viewer.refused', { stream, by, code, times: untold + 1 });
    },
  };
}
