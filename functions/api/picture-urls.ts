import type { Detection } from '../../shared/detection/detection.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import type { DetectionAnswer } from './schemas.ts';

/** Long enough to show a page of pictures, short enough that a leaked URL is soon worthless. */
export const PICTURE_URL_SECONDS = 300;

type Dependencies = { pictures: Pick<PictureStore, 'url'>; clock: Clock };

/** The detection with a URL for each of its pictures, since an <img> can send no token. */
export async function withPictureUrls(
  detection: Detection,
  { pictures, clock }: Dependencies,
): Promise<DetectionAnswer> {
  // Taken before signing: the URL must never be said to live longer than it does.
  const urlExpiresAt = isoInstant(clock.now() + PICTURE_URL_SECONDS * 1000);
  const urls = detection.pictures.map(async (picture) => {
    const url = await pictures.url(picture.key, PICTURE_URL_SECONDS);
    return { ...picture, url, urlExpiresAt };
  });
  return { ...detection, pictures: await Promise.all(urls) };
}
