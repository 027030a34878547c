// Which cameras' pushes nobody could tell from another's: they would be acknowledged, and belong to no camera.
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
  return new Set(alike.filter(({ mac }) => mac === undefined).map(({ id }) => id));
}
