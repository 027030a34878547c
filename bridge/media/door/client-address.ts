// Whose request it is: the peer's address, or what a proxy of ours says of it.
import { BlockList, isIP, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;
/** A line to the internet has a /64 of its own, so its hosts count as one. */
const GROUPS_OF_A_LINE = 4;
const GROUPS = 8;

/** `forwarded`: the X-Forwarded-For header; believed only as far as it was written by the trusted proxies. */
export type ClientAddress = (peer: string, forwarded: string | undefined) => string;

/** Answers a key to count by: an IPv4 address, or the /64 of an IPv6 one. */
export function clientAddress({ trustedProxies }: { trustedProxies: readonly string[] }): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) trusted.addAddress(proxy, isIPv6(proxy) ? 'ipv6' : 'ipv4');

  return (peer, forwarded) => {
    const hops = (forwarded ?? '').split(',').map((hop) => plain(hop.trim()));
    let address = plain(peer);
    // From our side outwards: the first hop that is no proxy of ours is the client, whatever stands before it.
    while (isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) {
      const before = hops.pop();
      if (before === undefined || isIP(before) === 0) break;
      address = before;
    }
    return isIPv6(address) ? lineOf(address) : address;
  };
}

function plain(address: string): string {
  return address.replace(MAPPED_IPV4, '');
}

function lineOf(address: string): string {
  const [head = [], tail = []] = address
    .replace(/%.*$/, '')
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Math.max(0, GROUPS - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  const line = groups.slice(0, GROUPS_OF_A_LINE).map((group) => Number.parseInt(group, 16).toString(16));
  return `${line.join(':')}::/64`;
}
