// WHEP towards MediaMTX (MEDIAMTX.md 2), for viewers that were let in.
import { Busy, Rejected } from '../../../shared/support/errors.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { MediaUpstream } from './neighbours.ts';
import type { Passes } from './passes.ts';
import { errorIn, textOf, type Upstream, type UpstreamAnswer } from './upstream.ts';
import { upstreamProblem } from './upstream-problem.ts';

const UPSTREAM_ID = /^[0-9a-f-]{36}$/i;
const UPSTREAM_SECRET = /\/([0-9a-f-]{36})(?:\?|$)/i;
const RETRY_AFTER_SECONDS = 2;
/** Of an answer, what a player needs; the ids in it are MediaMTX's own, and stay here. */
const PASSED_ON = { etag: 'ETag', 'accept-patch': 'Accept-Patch', link: 'Link' } as const;

export type OpenedWhep = {
  answer: string;
  headers: Record<string, string>;
  upstreamId: string;
  upstreamSecret: string;
};

export type PatchAnswer = { fragment: string | null; headers: Record<string, string> };

export type WhepUpstream = {
  /** Throws Busy or Rejected, by upstream-problem.ts. */
  open(stream: StreamName, offer: Uint8Array): Promise<OpenedWhep>;
  /** Throws Rejected `not_found` when MediaMTX has no such session any more. */
  patch(stream: StreamName, secret: string, patch: { fragment: Uint8Array; ifMatch?: string }): Promise<PatchAnswer>;
  /** Absent is fine. Throws Busy. */
  close(stream: StreamName, secret: string): Promise<void>;
};

export function whepUpstream(deps: { upstream: Upstream; media: MediaUpstream; passes: Passes }): WhepUpstream {
  const { upstream, media, passes } = deps;

  async function open(stream: StreamName, offer: Uint8Array): Promise<OpenedWhep> {
    const pass = passes.issue({ stream, by: 'webrtc' });
    try {
      const headers = { Authorization: `Bearer ${pass}`, 'Content-Type': 'application/sdp' };
      const answer = await upstream.ask({
        url: `${media.whepUrl}/${stream}/whep`,
        method: 'POST',
        headers,
        body: offer,
      });
      return await openedBy(answer);
    } finally {
      // MediaMTX asks once, while it opens the session.
      passes.revoke(pass);
    }
  }

  async function patch(
    stream: StreamName,
    secret: string,
    { fragment, ifMatch }: { fragment: Uint8Array; ifMatch?: string },
  ): Promise<PatchAnswer> {
    const answer = await upstream.ask({
      url: sessionUrl(stream, secret),
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/trickle-ice-sdpfrag',
        ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
      },
      body: fragment,
    });
    const text = await textOf(answer);
    if (answer.status === 404) throw new Rejected('not_found', 'could not find the session: it has ended');
    if (answer.status >= 400) throw upstreamProblem(answer.status, errorIn(text));
    // From 1.18.2 on an ICE restart is answered with a fragment.
    return { fragment: answer.status === 200 ? text : null, headers: passedOn(answer) };
  }

  async function close(stream: StreamName, secret: string): Promise<void> {
    const answer = await upstream.ask({ url: sessionUrl(stream, secret), method: 'DELETE' });
    const text = await textOf(answer);
    if (answer.status >= 400 && answer.status !== 404) throw upstreamProblem(answer.status, errorIn(text));
  }

  const sessionUrl = (stream: StreamName, secret: string) => `${media.whepUrl}/${stream}/whep/${secret}`;

  return { open, patch, close };
}

async function openedBy(answer: UpstreamAnswer): Promise<OpenedWhep> {
  const text = await textOf(answer);
  if (answer.status !== 201) throw upstreamProblem(answer.status, errorIn(text));
  const { id, location } = answer.headers;
  const secret = UPSTREAM_SECRET.exec(location ?? '')?.[1];
  if (typeof id !== 'string' || !UPSTREAM_ID.test(id) || secret === undefined) {
    const message = 'could not show the lane: the media server’s answer names no session';
    throw new Busy('internal', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  return { answer: text, headers: passedOn(answer), upstreamId: id, upstreamSecret: secret };
}

function passedOn({ headers }: UpstreamAnswer): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, spelled] of Object.entries(PASSED_ON)) {
    const value = headers[name];
    if (typeof value === 'string') passed[spelled] = value;
  }
  return passed;
}
