import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Clock, systemClock } from '../support/clock.ts';
import { Broken, Rejected, reasonOf } from '../support/errors.ts';
import type { PictureStore } from './picture-store.ts';

/** A 700 kB scene over a 0.3 Mbit/s uplink takes 19 s; the SDK's own retries count into it. */
const PUT_TIMEOUT_MS = 30_000;
const MAX_CONFLICTS = 5;
const CONFLICT_PAUSE_MS = 100;

const ALREADY_THERE = 412;
const BEING_WRITTEN = 409;
/** What S3 will say of the same picture for ever. */
const FOR_GOOD = new Set(['EntityTooLarge', 'KeyTooLongError']);

export type S3PictureStoreOptions = { client: S3Client; bucket: string; clock?: Clock };

/** Pictures in a bucket. The first writer of a key wins (`If-None-Match: *`): the other road brought the same bytes. */
export function s3PictureStore({ client, bucket, clock = systemClock }: S3PictureStoreOptions): PictureStore {
  async function putOnce(key: string, bytes: Uint8Array, contentType: string): Promise<'stored' | 'conflict'> {
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
      IfNoneMatch: '*',
    });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(PUT_TIMEOUT_MS) });
      return 'stored';
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === ALREADY_THERE) return 'stored';
      if (status === BEING_WRITTEN) return 'conflict';
      const message = `could not put a picture: ${reasonOf(error)}`;
      if (error instanceof Error && FOR_GOOD.has(error.name))
        throw new Rejected('too_large', message, { cause: error });
      throw new Broken('internal', message, { cause: error });
    }
  }

  return {
    async put(key, bytes, contentType) {
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
        if (conflicts > 0) await clock.sleep(CONFLICT_PAUSE_MS * conflicts);
        if ((await putOnce(key, bytes, contentType)) === 'stored') return;
      }
      throw new Broken('internal', 'could not put a picture: another writer holds its key');
    },

    async url(key, expiresInSeconds) {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentType: 'image/jpeg',
        ResponseContentDisposition: 'inline',
      });
      try {
        return await getSignedUrl(client, command, { expiresIn: expiresInSeconds });
      } catch (error) {
        throw new Broken('internal', `could not sign a picture's URL: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}
