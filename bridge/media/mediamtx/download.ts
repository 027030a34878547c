import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Broken, Busy, GateError } from '../../../shared/support/errors.ts';

/** Without a byte for so long, the way out is taken for closed. */
const SILENCE_TIMEOUT_MS = 30_000;
const OWNER_ONLY = 0o600;

export type Limits = { maxBytes: number; silenceTimeoutMs?: number };
/** `total` is null when the server does not say. */
export type Progress = (received: number, total: number | null) => void;

/**
 * The answer's body, piece by piece.
 * @throws Busy `internal` when nothing comes, Broken for any answer but 200, and for one above `maxBytes`
 */
async function* bodyOf(url: string, { maxBytes, silenceTimeoutMs }: Limits, progress?: Progress) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), silenceTimeoutMs ?? SILENCE_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: giveUp.signal });
    if (response.status !== 200)
      throw new Broken('internal', `could not download ${url}: it answered ${response.status}`);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? length : null;
    let received = 0;
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      received += chunk.byteLength;
      if (received > maxBytes) throw new Broken('internal', `could not download ${url}: it is too large`);
      progress?.(received, total);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof GateError) throw cause;
    const why = giveUp.signal.aborted ? 'nothing came any more' : reasonBehind(cause);
    throw new Busy('internal', `could not download ${url}: ${why}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

export async function downloadText(url: string, limits: Limits): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(url, limits)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Into a new file; resolves with the SHA-256 of its bytes, in hexadecimal. */
export async function downloadFile(url: string, path: string, limits: Limits, progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    for await (const chunk of bodyOf(url, limits, progress)) {
      hash.update(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** `fetch failed` says nothing; its cause does. */
function reasonBehind(thrown: unknown): string {
  const { cause = thrown } = thrown instanceof Error ? thrown : {};
  if (cause instanceof AggregateError) return reasonBehind(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
