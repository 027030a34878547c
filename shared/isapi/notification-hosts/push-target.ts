import { isIP } from 'node:net';
import { Rejected } from '../../support/errors.ts';
import type { NotificationHost } from './notification-host.ts';

/** `url` of a slot (ISAPI.md 5.3). */
const MAX_PATH_CHARACTERS = 128;
const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Where a slot is to push to. */
export type PushTarget = {
  protocol: 'HTTP' | 'HTTPS';
  host: string;
  addressing: 'hostName' | 'ipAddress' | 'ipv6Address';
  port: number;
  /** Path and query; may hold a token. */
  path: string;
};

/** @throws Rejected `invalid_request` for a URL that no slot can hold; never with the URL, whose path may be a secret */
export function pushTargetOf(text: string): PushTarget {
  const url = URL.parse(text);
  const port = url && DEFAULT_PORTS[url.protocol];
  if (!url || port === undefined || port === null) throw refused('it is no http or https URL');
  if (url.username || url.password || url.hash) throw refused('it holds a user, a password or a fragment');
  const path = `${url.pathname}${url.search}`;
  if (path.length > MAX_PATH_CHARACTERS) throw refused(`its path is over ${MAX_PATH_CHARACTERS} characters`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  return {
    protocol: url.protocol === 'https:' ? 'HTTPS' : 'HTTP',
    host,
    addressing: family === 0 ? 'hostName' : family === 4 ? 'ipAddress' : 'ipv6Address',
    port: url.port === '' ? port : Number(url.port),
    path,
  };
}

/** The names of what the slot has otherwise than wanted; none when the camera has taken all of it. */
export function differences(host: NotificationHost, target: PushTarget): string[] {
  const pairs = {
    protocol: [host.protocol, target.protocol],
    address: [host.host.toLowerCase(), target.host.toLowerCase()],
    port: [host.port, target.port],
    path: [host.path, target.path],
  };
  return Object.entries(pairs).flatMap(([name, [has, wanted]]) => (has === wanted ? [] : [name]));
}

function refused(why: string): Rejected {
  return new Rejected('invalid_request', `could not use the webhook's URL: ${why}`);
}
