// MediaMTX's versions: which ones may run, and which form of the configuration each one takes.
import { Rejected } from '../../../shared/support/errors.ts';

/** `[1, 16, 1]` */
export type Version = readonly [major: number, minor: number, patch: number];

/** The setup guide's, and the one that `npm run install-mediamtx` fetches. */
export const PINNED_VERSION: Version = [1, 16, 1];
/** Its RTSP source dies after minutes or hours (MEDIAMTX.md 9: #5407, #5427). */
const BROKEN_VERSION: Version = [1, 16, 0];
/** The newest line whose settings were tried. */
const NEWEST_KNOWN: Version = [1, 20, 0];

const VERSION = /^v?(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/;

/** @returns null for what is no release's version, such as `v0.0.0-dev+abc` */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch] = VERSION.exec(text.trim()) ?? [];
  return major === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

export function versionText(version: Version): string {
  return `v${version.join('.')}`;
}

export function isAtLeast(version: Version, other: Version): boolean {
  return compare(version, other) >= 0;
}

/** @throws Rejected `not_supported`, with the version to take instead */
export function refuseUnfit(version: Version): void {
  const instead = `take ${versionText(PINNED_VERSION)} or newer`;
  if (compare(version, BROKEN_VERSION) === 0) {
    throw new Rejected(
      'not_supported',
      `could not use MediaMTX ${versionText(version)}: it crashes with cameras; ${instead}`,
    );
  }
  if (isAtLeast(version, PINNED_VERSION)) return;
  throw new Rejected('not_supported', `could not use MediaMTX ${versionText(version)}: it is too old; ${instead}`);
}

/** A sentence about a version that is newer than what was tried; null for the others. */
export function noteOn(version: Version): string | null {
  const [major, minor] = version;
  if (!isAtLeast([major, minor, 0], NEWEST_KNOWN) || (major === NEWEST_KNOWN[0] && minor === NEWEST_KNOWN[1]))
    return null;
  return `MediaMTX ${versionText(version)} is newer than ${NEWEST_KNOWN[0]}.${NEWEST_KNOWN[1]}, the newest that was tried; it gets the same configuration`;
}

function compare(version: Version, other: Version): number {
  for (const [i, part] of version.entries()) {
    const difference = part - (other[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
