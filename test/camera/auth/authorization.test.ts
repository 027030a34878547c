import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DigestFields, expectedResponse, readAuthorization } from './authorization.ts';

const rfc7616: DigestFields = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  response: '',
  algorithm: 'MD5',
  qop: 'auth',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

test('the digests of RFC 7616 come out as printed there', () => {
  const password = 'Circle of Life';
  expect(expectedResponse(rfc7616, 'GET', password, 'MD5')).toBe('8ca523f5e9506fed4657c9700eebdbec');
  expect(expectedResponse(rfc7616, 'GET', password, 'SHA-256')).toBe(
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

test('quoted and bare values are read alike, whatever their case', () => {
  const sent = readAuthorization('Digest UserName="op, one", nc=0000000a, qop=auth, uri="/a?b=c,d"');
  expect(sent).toMatchObject({ scheme: 'digest', fields: { username: 'op, one', nc: '0000000a', uri: '/a?b=c,d' } });
});

test('any header is read or refused, and never breaks the camera', () => {
  const known = ['none', 'basic', 'digest', 'unreadable'];
  const header = fc.oneof(
    fc.string(),
    fc.string().map((s) => `Digest ${s}`),
    fc.string().map((s) => `Basic ${s}`),
  );
  fc.assert(fc.property(header, (text) => known.includes(readAuthorization(text).scheme)));
});
