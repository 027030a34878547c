import { type Answer, deviceBusy, notSupported, responseStatus } from '../resources/answer.ts';

/** How a camera fails a client that asks for the alert stream (ISAPI.md 3.5; field notes of full houses). */
export type ConnectFault =
  /** The slot of the stream before is still held for `forMs` of the camera's clock after it ended. */
  | { name: 'slot-held'; forMs: number }
  | { name: 'busy' }
  | { name: 'full-house' }
  /** Takes the request and never answers. */
  | { name: 'silent' }
  /** Sends the response head and then nothing, not even a heartbeat. */
  | { name: 'silent-after-head' };

/** The refusal of a new stream, or null where the fault refuses nothing (now). */
export function refusalOf(fault: ConnectFault, sinceLastStreamMs: number): Answer | null {
  if (fault.name === 'slot-held') return sinceLastStreamMs < fault.forMs ? notSupported(404) : null;
  if (fault.name === 'busy') return deviceBusy();
  if (fault.name === 'full-house') return responseStatus(403, 4, 'Invalid Operation', 'overLimit');
  return null;
}
