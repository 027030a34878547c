// What every request for a stream passes before anything is asked of MediaMTX or the camera: token, then limits.
import type { Context } from 'hono';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, GateError } from '../../../shared/support/errors.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { Admission, Viewer } from './admission.ts';
import type { Audit } from './audit.ts';
import type { ClientAddress } from './client-address.ts';
import type { DoorEnv } from './door-env.ts';
import type { MediaUpstream, Transport, WakeGate } from './neighbours.ts';
import { rateLimit } from './rate-limit.ts';

/** From one address: an office behind one line may open fifty players at once. */
const STARTS = { limit: 60, windowMs: 10_000 };
/** How long a viewer waits for a MediaMTX that is being restarted. */
const READY_MS = 3_000;

export type Entrance = {
  /** Who may watch: by token, or by the ticket in the query. Throws as Admission does. */
  admit(c: Context<DoorEnv>, by: Transport): Promise<Viewer>;
  /** Counts a start of watching. Throws Busy `rate_limited`. */
  countStart(c: Context<DoorEnv>): void;
  /** Resolves when the stream may be read. Throws as WakeGate does, and Busy when MediaMTX is away. */
  wake(c: Context<DoorEnv>, by: Transport): Promise<void>;
};

type Dependencies = {
  admission: Admission;
  addressOf: ClientAddress;
  media: MediaUpstream;
  wake: WakeGate;
  audit: Audit;
  clock: Clock;
};

export function createEntrance({ admission, addressOf, media, wake, audit, clock }: Dependencies): Entrance {
  const starts = rateLimit({ ...STARTS, clock });
  const address = (c: Context<DoorEnv>) =>
    addressOf(c.env.incoming.socket.remoteAddress ?? '', c.req.header('X-Forwarded-For'));

  async function told<T>(c: Context<DoorEnv>, by: Transport, check: (stream: StreamName) => Promise<T>): Promise<T> {
    const stream = c.get('stream');
    try {
      return await check(stream);
    } catch (thrown) {
      // Who comes too often would fill the log as well, and who has left was not refused.
      const code = thrown instanceof GateError ? thrown.code : 'internal';
      if (code !== 'rate_limited' && !c.req.raw.signal.aborted) audit.refused(stream, by, code);
      throw thrown;
    }
  }

  return {
    admit(c, by) {
      const shown = {
        authorization: c.req.header('Authorization'),
        ticket: c.req.query('ticket'),
        address: address(c),
      };
      return told(c, by, (stream) => admission(stream, shown));
    },
    countStart(c) {
      const wait = starts.take(address(c));
      if (wait === null) return;
      const message = 'could not let a viewer in: too many starts from this address';
      throw new Busy('rate_limited', message, { retryAfterSeconds: wait });
    },
    wake(c, by) {
      return told(c, by, async (stream) => {
        await media.ready(READY_MS);
        await wake.admit(stream, by, c.req.raw.signal);
      });
    },
  };
}
