// `authMethod: http`: one POST per question, any 2xx lets in, everything else (silence too) does not (MEDIAMTX.md 3).
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Settings } from '../config/config.ts';
import type { Quirks } from '../quirks.ts';
import { areEmpty, type Credentials } from './credentials.ts';

export type Action = 'read' | 'publish' | 'api' | 'metrics';
export type Access = {
  action: Action;
  /** The path's name; '' for `api` and `metrics`. */
  path: string;
  protocol: 'webrtc' | 'hls' | 'rtsp' | '';
  /** Of the session, where there is one already. */
  id: string | null;
  credentials: Credentials;
  ip: string;
  query: string;
  userAgent: string;
};

export class AuthRefused extends Error {
  /** The client said nothing of itself and is asked to. */
  readonly askCredentials: boolean;
  readonly why: string;

  constructor(why: string, { askCredentials, quirks }: { askCredentials: boolean; quirks: Quirks }) {
    super(quirks.refusal(why));
    this.askCredentials = askCredentials;
    this.why = why;
  }
}

export type AskHook = (access: Access) => Promise<void>;

/** The returned function rejects with AuthRefused. */
export function createAskHook(settings: Settings, quirks: Quirks): AskHook {
  return async (access) => {
    if (settings.authMethod !== 'http' || isExcluded(settings, access)) return;
    const why = await ask(settings, quirks, access);
    if (why !== null) throw new AuthRefused(why, { askCredentials: areEmpty(access.credentials), quirks });
  };
}

function isExcluded({ authHTTPExclude }: Settings, { action, path }: Access): boolean {
  return authHTTPExclude.some((rule) => rule.action === action && (!rule.path || rule.path === path));
}

/** @returns null when let in, else why not */
async function ask(settings: Settings, quirks: Quirks, access: Access): Promise<string | null> {
  const { authHTTPAddress, readTimeout } = settings;
  const { ip, credentials, action, path, protocol, id, query, userAgent } = access;
  const { user, password, token } = credentials;
  const fields = { ip, user, password, token, action, path, protocol, id, query };
  const body = JSON.stringify(quirks.hasInboundNames ? { ...fields, userAgent } : fields);
  try {
    const { status, text } = await post(authHTTPAddress, body, readTimeout);
    if (status >= 200 && status <= 299) return null;
    return `server replied with code ${status}${text === '' ? '' : `: ${text}`}`;
  } catch (error) {
    return `HTTP request failed: Post "${authHTTPAddress}": ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A new connection for every call, as MediaMTX makes it. */
async function post(url: string, body: string, timeoutMs: number): Promise<{ status: number; text: string }> {
  const headers = {
    'User-Agent': 'Go-http-client/1.1',
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': 'application/json',
    'Accept-Encoding': 'gzip',
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const outgoing = httpRequest(url, { method: 'POST', headers, agent: false, signal });
  outgoing.end(body);
  try {
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    if (response === undefined) throw new Error('EOF');
    const text = Buffer.concat(await response.toArray()).toString('utf8');
    return { status: response.statusCode ?? 0, text };
  } catch (error) {
    if (signal.aborted) {
      throw new Error('context deadline exceeded (Client.Timeout exceeded while awaiting headers)', { cause: error });
    }
    throw error;
  }
}
