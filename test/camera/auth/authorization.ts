// Reads an Authorization header, and works out the digest that a client should have sent (RFC 2069, 2617, 7616).
import { createHash } from 'node:crypto';
import type { DigestAlgorithm } from './challenge.ts';

export type DigestFields = {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  algorithm: string;
  qop: string;
  nc: string;
  cnonce: string;
};

export type Authorization =
  | { scheme: 'none' }
  | { scheme: 'basic'; user: string; password: string }
  | { scheme: 'digest'; fields: DigestFields }
  | { scheme: 'unreadable' };

const FIELD = /([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]*))/gi;

export function readAuthorization(header: string | undefined): Authorization {
  if (header === undefined || header === '') return { scheme: 'none' };
  const [, scheme = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() === 'basic') return basic(rest);
  if (scheme.toLowerCase() !== 'digest') return { scheme: 'unreadable' };
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare] of rest.matchAll(FIELD)) found.set(name.toLowerCase(), quoted ?? bare ?? '');
  const field = (name: string) => found.get(name) ?? '';
  return {
    scheme: 'digest',
    fields: {
      username: field('username'),
      realm: field('realm'),
      nonce: field('nonce'),
      uri: field('uri'),
      response: field('response'),
      algorithm: field('algorithm'),
      qop: field('qop'),
      nc: field('nc'),
      cnonce: field('cnonce'),
    },
  };
}

/** The `response` that proves the password, for the method and the fields as the client sent them. */
export function expectedResponse(
  fields: DigestFields,
  method: string,
  password: string,
  algorithm: DigestAlgorithm,
): string {
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const who = hash(`${fields.username}:${fields.realm}:${password}`);
  const what = hash(`${method}:${fields.uri}`);
  if (fields.qop === '') return hash(`${who}:${fields.nonce}:${what}`);
  return hash(`${who}:${fields.nonce}:${fields.nc}:${fields.cnonce}:${fields.qop}:${what}`);
}

function basic(credentials: string): Authorization {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { scheme: 'unreadable' };
  return { scheme: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}
