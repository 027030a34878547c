// One question to a public address of ours, as the world would ask it: what came back, or why nothing did.
import * as z from 'zod';
import { PROBLEM_CONTENT_TYPE } from '../../shared/support/problem-details.ts';

const MAX_BODY_BYTES = 4_096;

const Problem = z.object({ code: z.string(), detail: z.string().default('') });

export type OutsideAnswer = {
  status: number;
  /** Null for what speaks no problem details: something else than ours. */
  problem: z.infer<typeof Problem> | null;
  location: string | null;
  /** The beginning of the body. */
  text: string;
};

type OutsideQuestion = {
  method: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
};

/** Redirects are answers. Rejects as fetch; `unreachedBy` tells why. */
export async function askOutside(url: string, { timeoutMs, ...question }: OutsideQuestion): Promise<OutsideAnswer> {
  const response = await fetch(url, { ...question, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
  const type = response.headers.get('Content-Type') ?? '';
  const text = await beginningOf(response.body);
  const problem = type.startsWith(PROBLEM_CONTENT_TYPE) ? (Problem.safeParse(jsonIn(text)).data ?? null) : null;
  return { status: response.status, problem, location: response.headers.get('Location'), text };
}

/** What comes after it is not waited for: an answer may have no end. */
async function beginningOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop lets go of the connection.
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_BODY_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES));
}

export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `code`: what fetch calls it, for whatever is not one of the others. */
type Unreached = { why: 'tls' | 'dns' | 'refused' | 'timeout' | 'other'; code: string };

const TLS = /CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO_|ALTNAME/i;
const DNS = ['ENOTFOUND', 'EAI_AGAIN'];
const TIMEOUT = ['TimeoutError', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'];

export function unreachedBy(error: unknown): Unreached {
  const code = codeOf(error);
  if (TLS.test(code)) return { why: 'tls', code };
  if (DNS.includes(code)) return { why: 'dns', code };
  if (code === 'ECONNREFUSED') return { why: 'refused', code };
  return { why: TIMEOUT.includes(code) ? 'timeout' : 'other', code };
}

/** What a server that knows no TLS answers to its greeting looks like, by OpenSSL's version. */
export function isPlainHttp(code: string): boolean {
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code);
}

/** fetch says what went wrong in its cause; its message alone is "fetch failed". */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  // Its own words would repeat the URL.
  if (/includes credentials/.test(error.message)) return 'its URL carries a user or a password';
  if (!(cause instanceof Error)) return error.name;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
