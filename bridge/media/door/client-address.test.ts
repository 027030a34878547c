import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

const addressOf = clientAddress({ trustedProxies: ['127.0.0.1', '::1', '10.0.0.5'] });

describe('whose request it is', () => {
  test.each([
    ['203.0.113.7', undefined, '203.0.113.7', 'the peer’s'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7', 'the peer’s, when it is no proxy of ours'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1', 'the one our proxy saw'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1', 'the one our proxy saw, by IPv4 in IPv6'],
    [
      '127.0.0.1',
      '192.0.2.66, 198.51.100.1',
      '198.51.100.1',
      'the one our proxy saw, whatever the client wrote before',
    ],
    ['127.0.0.1', '192.0.2.66, 198.51.100.1, 10.0.0.5', '198.51.100.1', 'the one before all of our proxies'],
    ['127.0.0.1', 'unknown', '127.0.0.1', 'the proxy’s, when it says no address'],
    ['127.0.0.1', undefined, '127.0.0.1', 'the proxy’s, when it says nothing'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64', 'the line’s, for IPv6'],
    ['2001:db8::1', undefined, '2001:db8:0:0::/64', 'the line’s, for a short IPv6'],
  ])('%s with X-Forwarded-For %s is %s: %s', (peer, forwarded, expected, _why) => {
    expect(addressOf(peer, forwarded)).toBe(expected);
  });

  test('no header breaks it, and none of the client’s own speaks for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (header, client) => {
        fc.pre(!['127.0.0.1', '10.0.0.5'].includes(client));
        expect(addressOf('127.0.0.1', `${header}, ${client}`)).toBe(client);
        expect(typeof addressOf('127.0.0.1', header)).toBe('string');
      }),
    );
  });

  test('all addresses of one IPv6 line count as one', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const line = addressOf(address, undefined);
        if (line.endsWith('::/64')) expect(addressOf(line.replace('::/64', ':9:9:9:9'), undefined)).toBe(line);
        else expect(line).toMatch(/^[\d.]+$|^::1$/);
      }),
    );
  });
});
