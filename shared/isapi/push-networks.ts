// The addresses and networks (CIDR) that a camera pushes from: which texts name one, and how much of the Internet they are.
import { BlockList, isIP } from 'node:net';

/** What one operator owns at most; whoever may push from more than that is anybody. */
const MIN_PREFIX_IPV4 = 8;
const MIN_PREFIX_IPV6 = 32;
export const TOO_WIDE = `is wider than /${MIN_PREFIX_IPV4} (/${MIN_PREFIX_IPV6} of IPv6): from so many addresses a push needs a pushToken as well`;
/** Where IPv6 writes the IPv4 addresses: its first 96 bits are the same for all of them. */
const MAPPED_IPV4 = '::ffff:0:0';
const MAPPED_PREFIX = 96;
const BITS = { ipv4: 32, ipv6: 128 } as const;

export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** `network` as `isNetwork` takes it. */
export function isTooWide(network: string): boolean {
  const [address = '', text] = network.split('/');
  if (text === undefined) return false;
  const prefix = Number(text);
  if (isIP(address) === 4) return prefix < MIN_PREFIX_IPV4;
  return prefix < MIN_PREFIX_IPV6 || (prefix < MAPPED_PREFIX + MIN_PREFIX_IPV4 && holdsIpv4(address, prefix));
}

function holdsIpv4(address: string, prefix: number): boolean {
  const list = new BlockList();
  list.addSubnet(address, Math.min(prefix, MAPPED_PREFIX), 'ipv6');
  return list.check(MAPPED_IPV4, 'ipv6');
}

/** Whether networks of which none is too wide are so together. IPv4 as IPv6 writes it is counted for itself. */
export function areTooWide(networks: readonly string[]): boolean {
  const parts = networks.map(partOf);
  const mapped = parts.filter(({ isMapped }) => isMapped);
  const native = parts.filter(({ isMapped }) => !isMapped);
  return (
    shareOf(native.filter(({ family }) => family === 'ipv4')) > 2 ** -MIN_PREFIX_IPV4 ||
    shareOf(native.filter(({ family }) => family === 'ipv6')) > 2 ** -MIN_PREFIX_IPV6 ||
    shareOf(mapped) > 2 ** -(MAPPED_PREFIX + MIN_PREFIX_IPV4)
  );
}

type Part = { address: string; family: keyof typeof BITS; prefix: number; isMapped: boolean };

function partOf(network: string): Part {
  const [address = '', text] = network.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const prefix = text === undefined ? BITS[family] : Number(text);
  return { address, family, prefix, isMapped: family === 'ipv6' && prefix >= MAPPED_PREFIX && isMappedIpv4(address) };
}

/** Of all addresses of their family, 0 to 1. Networks lie within one another or apart: what lies in a wider one adds nothing. */
function shareOf(parts: readonly Part[]): number {
  const counted = new BlockList();
  let share = 0;
  for (const { address, family, prefix } of parts.toSorted((one, other) => one.prefix - other.prefix)) {
    if (counted.check(address, family)) continue;
    counted.addSubnet(address, prefix, family);
    share += 2 ** -prefix;
  }
  return share;
}

function isMappedIpv4(address: string): boolean {
  const mapped = new BlockList();
  mapped.addSubnet(MAPPED_IPV4, MAPPED_PREFIX, 'ipv6');
  return mapped.check(address, 'ipv6');
}
