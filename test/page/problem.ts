// What a refusal means to the person at the screen.

/** A refused request, in the API's own form (RFC 9457). */
export type Problem = { status: number; code: string; detail: string; retryAfterSeconds: number | null };

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(inWords(problem));
    this.problem = problem;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const field = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return {
    status: response.status,
    code: field('code') || `http_${response.status}`,
    detail: field('detail'),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  };
}

const WORDS: Record<string, string> = {
  unauthorized: 'This token is not good any more. Put a fresh one in.',
  forbidden: 'This token may not watch: it lacks gate:read.',
  not_found: 'There is no such stream.',
  camera_locked: 'Logins to the camera are shut, so that it does not lock us out. An administrator can arm them again.',
  camera_unreachable: 'The camera does not answer.',
  camera_refused: 'The camera refuses to send this stream.',
  camera_busy: 'The camera is busy.',
  rate_limited: 'Too many viewers, or too many tries.',
};

export function inWords({ code, detail }: Problem): string {
  return [WORDS[code], detail].filter(Boolean).join(' ') || `The door answered ${code}.`;
}

/** Asking again with the same token cannot help. */
export function needsToken({ status }: Problem): boolean {
  return status === 401 || status === 403;
}

/** WHEP cannot show this stream, but HLS may (the codec, or media that does not come through). */
export function isOfTransport({ code }: Problem): boolean {
  return code === 'not_supported';
}
