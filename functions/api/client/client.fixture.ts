// A client whose answers a test gives, and what it throws then.
import { GateProblem, GateUnreachable, gateClient } from './gate-client.ts';

export const BASE = 'https://api.gate.example';

/** What is asked, answered by `answer`. */
export function recording(answer: () => Response) {
  const requests: Request[] = [];
  let tokens = 0;
  const gate = gateClient({
    baseUrl: `${BASE}/`,
    token: async () => `token-${++tokens}`,
    fetch: async (request) => {
      requests.push(request);
      return answer();
    },
  });
  return { gate, requests };
}

export async function problemOf(asked: Promise<unknown>): Promise<GateProblem> {
  const thrown = await thrownBy(asked);
  if (!(thrown instanceof GateProblem)) throw new Error(`no GateProblem but ${String(thrown)}`);
  return thrown;
}

export async function unreachableOf(asked: Promise<unknown>): Promise<GateUnreachable> {
  const thrown = await thrownBy(asked);
  if (!(thrown instanceof GateUnreachable)) throw new Error(`no GateUnreachable but ${String(thrown)}`);
  return thrown;
}

function thrownBy(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'an answer',
    (error: unknown) => error,
  );
}
