import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areTooWide, isNetwork } from './push-networks.ts';

const halves = (network: string, other: string) => [`${network}/9`, `${other}/9`];

test.each([
  ['every /8', Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`)],
  ['a /8 and one address more', ['10.0.0.0/8', '203.0.113.7']],
  ['two /32 of IPv6', ['2001:db8::/32', '2001:db9::/32']],
  ['IPv4 as IPv6 writes it', ['::ffff:10.0.0.0/104', '::ffff:11.0.0.0/104']],
])('a gate that takes pushes from %s takes them from anybody', (_, networks) => {
  expect(areTooWide(networks)).toBe(true);
});

test.each([
  ['nowhere', []],
  ['a /8 in two halves', halves('10.0.0.0', '10.128.0.0')],
  ['a /8 and what lies in it', ['10.1.0.0/16', '10.0.0.0/8', '10.1.2.3', '10.0.0.0/8']],
  ['a /8 by both ways to write it', ['10.0.0.0/8', '::ffff:10.0.0.0/104', '2001:db8::/32']],
])('a gate that takes pushes from %s takes them from one operator', (_, networks) => {
  expect(areTooWide(networks)).toBe(false);
});

test('networks of which each holds one address are never too many', () => {
  const addresses = fc.array(fc.oneof(fc.ipV4(), fc.ipV6().filter(isNetwork)), { maxLength: 50 });
  fc.assert(fc.property(addresses, (some) => !areTooWide(some)));
});
