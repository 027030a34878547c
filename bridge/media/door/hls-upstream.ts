// HLS towards MediaMTX (MEDIAMTX.md 6). Up to 1.17 it asks our hook for every request; from 1.18 on the first request opens
// a session, after a redirect that tests for cookies, and all others must bring its secret.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Rejected } from '../../../shared/support/errors.ts';
import type { HlsViewer } from './hls-viewers.ts';
import type { MediaUpstream } from './neighbours.ts';
import { errorIn, textOf, type Upstream, type UpstreamAnswer } from './upstream.ts';
import { upstreamProblem } from './upstream-problem.ts';

export const HLS_INDEX = 'index.m3u8';
const COOKIE_CHECK = 'cookieCheck';
const SESSION_COOKIE = /^hlsSession=([0-9a-f-]{36})(?:;|$)/i;

/** `query`: what MediaMTX may know of the viewer's, and repeats in the URLs inside a playlist. */
export type HlsRequest = { viewer: HlsViewer; file: string; query: URLSearchParams; signal?: AbortSignal };
export type HlsAnswer = { headers: IncomingHttpHeaders; body: IncomingMessage };

/** Throws Busy, and Rejected `not_found` for what MediaMTX does not have. */
export type AskHls = (asked: HlsRequest) => Promise<HlsAnswer>;

export function hlsUpstream({ upstream, media }: { upstream: Upstream; media: MediaUpstream }): AskHls {
  function get({ viewer, file, query, signal }: HlsRequest, checked = false): Promise<UpstreamAnswer> {
    const sent = new URLSearchParams(query);
    if (checked) sent.set(COOKIE_CHECK, '1');
    const search = sent.size === 0 ? '' : `?${sent}`;
    const session =
      file === HLS_INDEX || viewer.upstreamSession === null ? [] : [`hlsSession=${viewer.upstreamSession}`];
    const cookies = [...(checked ? [`${COOKIE_CHECK}=1`] : []), ...session];
    return upstream.ask({
      url: `${media.hlsUrl}/${viewer.stream}/${file}${search}`,
      method: 'GET',
      headers: {
        Authorization: `Bearer ${viewer.pass}`,
        'Accept-Encoding': 'identity',
        ...(cookies.length > 0 && { Cookie: cookies.join('; ') }),
      },
      ...(signal && { signal }),
    });
  }

  /** Follows the redirect, and nothing else: where it points to is known. */
  async function getIndex(asked: HlsRequest): Promise<UpstreamAnswer> {
    const first = await get(asked);
    if (first.status !== 302) return first;
    first.body.resume();
    const answer = await get(asked, true);
    const cookie = answer.headers['set-cookie']?.map((text) => SESSION_COOKIE.exec(text)?.[1]).find((found) => found);
    if (cookie !== undefined) asked.viewer.upstreamSession = cookie;
    return answer;
  }

  /** For a viewer whose session MediaMTX has forgotten: after a restart, or half a minute without a request. */
  function openSession({ viewer, query }: HlsRequest): Promise<void> {
    // Without the asker's signal: others wait for it too.
    viewer.opening ??= getIndex({ viewer, query, file: HLS_INDEX })
      .then(async (answer) => {
        const text = await textOf(answer);
        if (answer.status !== 200) throw upstreamProblem(answer.status, errorIn(text));
      })
      .finally(() => {
        viewer.opening = null;
      });
    return viewer.opening;
  }

  return async (asked) => {
    if (asked.file === HLS_INDEX) return usable(await getIndex(asked), asked.file);
    const answer = await get(asked);
    if (answer.status !== 401) return usable(answer, asked.file);
    answer.body.resume();
    await openSession(asked);
    return usable(await get(asked), asked.file);
  };
}

async function usable(answer: UpstreamAnswer, file: string): Promise<HlsAnswer> {
  const { status, headers, body } = answer;
  // MediaMTX answers a name that it does not know with an empty 200.
  if (status === 200 && headers['content-length'] !== '0') return { headers, body };
  const text = await textOf(answer);
  const unknown = status === 200 || (status >= 300 && status < 400) || (status === 404 && file !== HLS_INDEX);
  if (unknown) throw new Rejected('not_found', 'could not find this piece of the stream: it is not there any more');
  throw upstreamProblem(status, errorIn(text));
}
