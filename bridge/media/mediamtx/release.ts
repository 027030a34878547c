// Where a release of MediaMTX lies and what its files are called (MEDIAMTX.md 8).
import { Rejected } from '../../../shared/support/errors.ts';
import { type Version, versionText } from './version.ts';

const RELEASES_URL = 'https://github.com/bluenviron/mediamtx/releases/download';

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };
const SHA256 = /^[0-9a-f]{64}$/i;

export type Machine = { platform: NodeJS.Platform; arch: NodeJS.Architecture };
export type Release = { archiveName: string; archiveUrl: string; checksumsUrl: string };

/** @throws Rejected `not_supported` for a machine that no release is made for */
export function releaseFor(version: Version, { platform, arch }: Machine, baseUrl = RELEASES_URL): Release {
  const system = SYSTEMS[platform];
  const processor = PROCESSORS[arch];
  if (system === undefined || processor === undefined) {
    throw new Rejected('not_supported', `could not install MediaMTX: there is none for ${platform} on ${arch}`);
  }
  const tag = versionText(version);
  const archiveName = `mediamtx_${tag}_${system}_${processor}.tar.gz`;
  const folder = `${baseUrl}/${tag}`;
  return { archiveName, archiveUrl: `${folder}/${archiveName}`, checksumsUrl: `${folder}/checksums.sha256` };
}

/** A digest as somebody typed it; throws Rejected `invalid_request`. */
export function readDigest(text: string): string {
  if (SHA256.test(text)) return text.toLowerCase();
  throw new Rejected(
    'invalid_request',
    'could not install MediaMTX: MEDIAMTX_SHA256 is no SHA-256, 64 hexadecimal digits',
  );
}

/** The digest of one file in the text of `sha256sum` (`<hex> *<name>`); null when it is not there. */
export function digestIn(checksums: string, archiveName: string): string | null {
  for (const line of checksums.split('\n')) {
    const [digest = '', name = ''] = line.trim().split(/\s+/);
    if (name.replace(/^\*/, '') === archiveName && SHA256.test(digest)) return digest.toLowerCase();
  }
  return null;
}
