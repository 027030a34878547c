// Who may push: the address that API Gateway (or the socket) saw, and a path token where one is configured. Never a header.
import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { TimeZone } from '../detection/camera-time.ts';
import type { CameraId } from '../detection/detection.ts';

/** What the webhook knows of one camera. */
export type PushingCamera = {
  id: CameraId;
  /** Addresses and CIDR ranges that it pushes from; both families. */
  pushFrom: readonly string[];
  pushToken?: { reveal(): string } | undefined;
  /** Tells cameras behind one address apart. Lower case with colons. */
  mac?: string | undefined;
  timeZone?: TimeZone | undefined;
};

export type Push = { sourceAddress: string; token: string | null };

/** The cameras that this push may come from; empty means foreign (403). */
export type PushSource = {
  candidates: (push: Push) => PushingCamera[];
  /** Whether any camera pushes from there, whatever the token: asked before a byte is read. */
  knows: (sourceAddress: string) => boolean;
};

export function pushSource(cameras: readonly PushingCamera[]): PushSource {
  const known = cameras.map((camera) => ({ camera, from: blockListOf(camera.pushFrom) }));
  const atAddress = (sourceAddress: string): PushingCamera[] => {
    const address = plainAddress(sourceAddress);
    const family = isIP(address);
    if (family === 0) return [];
    const there = known.filter(({ from }) => from.check(address, family === 6 ? 'ipv6' : 'ipv4'));
    return there.map(({ camera }) => camera);
  };
  return {
    candidates: ({ sourceAddress, token }) => atAddress(sourceAddress).filter((camera) => tokenFits(camera, token)),
    knows: (sourceAddress) => atAddress(sourceAddress).length > 0,
  };
}

/** One camera of the candidates: the only one, else the one whose MAC the event names; null when that leaves it open. */
export function cameraOfPush(candidates: readonly PushingCamera[], macAddress: string): PushingCamera | null {
  if (candidates.length === 1) return candidates[0] ?? null;
  return candidates.find(({ mac }) => mac !== undefined && mac === macAddress.toLowerCase()) ?? null;
}

/** A camera with a token accepts only it; one without accepts no token at all, so that a typo cannot pass as another's. */
function tokenFits(camera: PushingCamera, token: string | null): boolean {
  if (!camera.pushToken) return token === null;
  if (token === null) return false;
  const given = Buffer.from(token);
  const wanted = Buffer.from(camera.pushToken.reveal());
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** `::ffff:192.0.2.1`, as a dual-stack socket shows it, is 192.0.2.1. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) continue;
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
