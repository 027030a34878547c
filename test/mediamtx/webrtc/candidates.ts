// The addresses of an answer: all of the server's, at once, on the one UDP port (MEDIAMTX.md 2, "NAT on a cloud VM").
import { networkInterfaces } from 'node:os';
import type { Settings } from '../config/config.ts';
import { parseAddress } from '../http/address.ts';

const HOST_PRIORITY = 2_130_706_431;

/** `a=candidate` lines for what the settings name, over those of the gathering. */
function candidateLines(settings: Settings, gathered: string): string[] {
  const port = portOf(settings, gathered);
  const own = settings.webrtcIPsFromInterfaces ? interfaceAddresses(settings) : [];
  const addresses = [...new Set([...own, ...settings.webrtcAdditionalHosts])];
  return addresses.map(
    (address, at) => `a=candidate:${at + 1} 1 udp ${HOST_PRIORITY - at} ${address} ${port} typ host`,
  );
}

/** The SDP with these addresses instead of its own. */
export function withCandidates(sdp: string, settings: Settings): string {
  const lines = sdp.split('\r\n').filter((line) => line !== '');
  const rest = lines.filter((line) => !/^a=(candidate:|end-of-candidates)/.test(line));
  // Everything is bundled: the first section carries the addresses of all.
  const firstEnd = rest.findIndex(
    (line, at) => line.startsWith('m=') && rest.slice(0, at).some((l) => l.startsWith('m=')),
  );
  const end = firstEnd === -1 ? rest.length : firstEnd;
  const added = [...candidateLines(settings, sdp), 'a=end-of-candidates'];
  return `${[...rest.slice(0, end), ...added, ...rest.slice(end)].join('\r\n')}\r\n`;
}

function portOf({ webrtcLocalUDPAddress }: Settings, gathered: string): number {
  if (webrtcLocalUDPAddress !== '') return parseAddress(webrtcLocalUDPAddress).port;
  return Number(/^a=candidate:\S+ \d+ udp \d+ \S+ (\d+)/im.exec(gathered)?.[1] ?? 0);
}

function interfaceAddresses({ webrtcLocalUDPAddress }: Settings): string[] {
  const { host } = parseAddress(webrtcLocalUDPAddress === '' ? ':0' : webrtcLocalUDPAddress);
  if (host !== '0.0.0.0') return [host];
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, address }) => (family === 'IPv4' ? [address] : [])),
  );
}
