// Where the api function and the VM can reach a camera: they are in no network of the gate's.
import { BlockList, isIP } from 'node:net';

/** Private, shared, loopback, link-local and multicast. */
const UNREACHABLE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  UNREACHABLE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  UNREACHABLE.addSubnet(net, bits, 'ipv6');

/** Names are judged by their form alone: synth works offline. */
export function isReachable(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return !/^localhost$|\.(local|localdomain|lan|internal)$/i.test(host) && host.includes('.');
  return !UNREACHABLE.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
