// Who a client says it is, as MediaMTX reads it out of one header.

export type Credentials = { user: string; password: string; token: string };

const NO_CREDENTIALS: Credentials = { user: '', password: '', token: '' };

/** A Bearer value with exactly one colon is taken as user and password (MEDIAMTX.md 3). */
export function readCredentials(authorization: string | undefined): Credentials {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) (.*)$/.exec(authorization ?? '') ?? [];
  if (scheme === 'Basic') return pairOf(Buffer.from(value, 'base64').toString('utf8'));
  if (scheme === 'Bearer') return value.split(':').length === 2 ? pairOf(value) : { ...NO_CREDENTIALS, token: value };
  return NO_CREDENTIALS;
}

export function areEmpty({ user, password, token }: Credentials): boolean {
  return user === '' && password === '' && token === '';
}

function pairOf(text: string): Credentials {
  const at = text.indexOf(':');
  if (at === -1) return NO_CREDENTIALS;
  return { user: text.slice(0, at), password: text.slice(at + 1), token: '' };
}
