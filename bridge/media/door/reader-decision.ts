// What MediaMTX's hook answers: from memory, at once, and no to everything that the door or a ticket did not let in.
import * as z from 'zod';
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import { partsOf, type StreamName, StreamNameSchema } from '../../../shared/video/stream-name.ts';
import type { WakeGate } from './neighbours.ts';
import type { Passes } from './passes.ts';
import type { RtspReaders } from './rtsp-readers.ts';
import type { TicketReader } from './ticket-reader.ts';

/** MediaMTX's question (MEDIAMTX.md 3); it says more, none of which decides. */
export const ReaderQuestionSchema = z.object({
  action: z.string(),
  path: z.string(),
  protocol: z.string(),
  token: z.string().default(''),
  password: z.string().default(''),
  id: z.string().nullish(),
});
export type ReaderQuestion = z.infer<typeof ReaderQuestionSchema>;

export type DecideReader = (question: ReaderQuestion) => boolean;

type Dependencies = {
  passes: Passes;
  rtspReaders: RtspReaders;
  tickets: TicketReader;
  wake: WakeGate;
  clock: Clock;
  log: Log;
};

export function readerDecision({ passes, rtspReaders, tickets, wake, clock, log }: Dependencies): DecideReader {
  const waking = new Set<StreamName>();

  function decideRtsp(stream: StreamName, { password, id }: ReaderQuestion): boolean {
    const ticket = tickets.readNow(password);
    if (ticket === null || ticket.camera !== partsOf(stream).camera) return false;
    if (!wake.mayRead(stream)) {
      wakeForNextTry(stream);
      return false;
    }
    const { subject, until } = ticket;
    return rtspReaders.admit({ stream, subject, until, upstreamId: id ?? null, at: clock.now() });
  }

  // MediaMTX stands still while it asks (MEDIAMTX.md 0.6), so this try is lost, and the player's next one gets in.
  function wakeForNextTry(stream: StreamName): void {
    if (waking.has(stream)) return;
    waking.add(stream);
    wake
      .admit(stream, 'rtsp')
      .catch((thrown: unknown) => log.warn('viewer.refused', { stream, by: 'rtsp', reason: reasonOf(thrown) }))
      .finally(() => waking.delete(stream));
  }

  return (question) => {
    const stream = StreamNameSchema.safeParse(question.path).data;
    if (stream === undefined || question.action !== 'read') return false;
    switch (question.protocol) {
      case 'webrtc':
      case 'hls':
        return passes.allows(question.token, { stream, by: question.protocol }) && wake.mayRead(stream);
      case 'rtsp':
        return decideRtsp(stream, question);
      default:
        return false;
    }
  };
}
