// Which cameras' pushes nobody could tell from another's: they would be acknowledged, and belong to no camera.
import { isIP } from 'node:net';
import { pushSource } from '../webhook/push-source.ts';
import { pushingCamera } from '../webhook/pushing-camera.ts';
import type { Camera } from './cameras.ts';

/** Those with neither token nor MAC, where a camera without a token pushes from one of their addresses too. */
export function camerasPushingAlike(cameras: readonly Camera[]): Set<Camera['id']> {
  const pushing = cameras.map(pushingCamera);
  const { candidates } = pushSource(pushing);
  // Networks lie within one another or apart, so what two of them share holds an address as one of them is written.
  const addresses = new Set(pushing.flatMap(({ pushFrom }) => pushFrom.map((entry) => entry.replace(/\/.*$/, ''))));
  const alike = [...addresses]
    .map((sourceAddress) => candidates({ sourceAddress, token: null }))
    .filter((there) => there.length > 1)
    .flat();
  return new Set([...alike, ...sharingAName(cameras)].filter(({ mac }) => mac === undefined).map(({ id }) => id));
}

/** A host name stands for an address that is not known here, and the same one for each camera that is reached by it. */
function sharingAName(cameras: readonly Camera[]): Camera[] {
  const named = cameras
    .filter(({ host, pushFrom, pushToken }) => isIP(host) === 0 && pushFrom.length === 0 && pushToken === undefined)
    .map((camera) => ({ camera, name: camera.host.toLowerCase() }));
  return named
    .filter(({ name }) => named.filter((other) => other.name === name).length > 1)
    .map(({ camera }) => camera);
}
