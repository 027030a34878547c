import { request } from 'node:https';
import { TLSSocket } from 'node:tls';
import { reasonOf } from '../../../shared/support/errors.ts';

const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;

export type DoorPlace = {
  /** The name that browsers know it by, and that its certificate must be for. */
  name: string;
  host: string;
  port: number;
  /** Certificate authorities in place of those that browsers trust. */
  ca?: string;
};

export type DoorLook =
  | { serving: true; certificateDays: number }
  | { serving: false; certificateDays: null; reason: string };

/** Comes to the door as a browser does, through this machine's own front, and says how it went. Never throws. */
export async function lookAtDoor({ name, host, port, ca }: DoorPlace, now: number): Promise<DoorLook> {
  try {
    const endsAt = await certificateEnd({ name, host, port, ...(ca !== undefined && { ca }) });
    return { serving: true, certificateDays: Math.floor((endsAt - now) / DAY_MS) };
  } catch (error) {
    return { serving: false, certificateDays: null, reason: reasonOf(error) };
  }
}

/** When the certificate ends by which the door has answered, whatever it answered. */
function certificateEnd({ name, host, port, ca }: DoorPlace): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request(
    {
      host,
      port,
      servername: name,
      headers: { Host: name },
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(ca !== undefined && { ca }),
    },
    (answer) => {
      answer.resume();
      const { socket } = answer;
      if (socket instanceof TLSSocket) resolve(Date.parse(socket.getPeerCertificate().valid_to));
      else reject(new Error('could not see its certificate'));
    },
  );
  asked.on('error', reject);
  asked.end();
  return promise;
}
