import { afterEach, beforeEach, expect, test } from 'vitest';
import { Broken, Rejected } from '../support/errors.ts';
import { type Bucket, openBucket } from './bucket.fixture.ts';
import { s3PictureStore } from './s3-picture-store.ts';

const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const clock = { now: () => 0, sleep: async () => {} };

let bucket: Bucket;
beforeEach(async () => {
  bucket = await openBucket();
});
afterEach(() => bucket.close());

function store() {
  return s3PictureStore({ client: bucket.client, bucket: bucket.name, clock });
}

test('the first road to bring a picture wins; the second changes nothing and succeeds', async () => {
  await store().put('pictures/a.jpg', PICTURE, 'image/jpeg');
  await store().put('pictures/a.jpg', Buffer.from('another'), 'image/jpeg');
  expect(bucket.objects.get('pictures/a.jpg')).toEqual(PICTURE);
});

test('two roads that write at the same moment try again', async () => {
  bucket.faults = [
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 409, code: 'ConditionalRequestConflict' },
  ];
  await store().put('pictures/a.jpg', PICTURE, 'image/jpeg');
  expect(bucket.objects.has('pictures/a.jpg')).toBe(true);
});

test('a conflict that never ends is Broken, not an endless loop', async () => {
  bucket.faults = Array.from({ length: 50 }, () => ({ status: 409, code: 'ConditionalRequestConflict' }));
  await expect(store().put('pictures/a.jpg', PICTURE, 'image/jpeg')).rejects.toThrow(Broken);
  expect(bucket.puts).toBe(5);
});

test.each([
  [503, 'SlowDown'],
  [403, 'AccessDenied'],
  [400, 'ExpiredToken'],
])('a store that answers %i %s is away for now', async (status, code) => {
  bucket.faults = [{ status, code }];
  await expect(store().put('pictures/a.jpg', PICTURE, 'image/jpeg')).rejects.toThrow(Broken);
});

test('a picture that S3 will never take is rejected for good', async () => {
  bucket.faults = [{ status: 400, code: 'EntityTooLarge' }];
  await expect(store().put('pictures/a.jpg', PICTURE, 'image/jpeg')).rejects.toThrow(Rejected);
});

test('a store that cannot be reached is Broken, and says why without the key', async () => {
  await bucket.close();
  const put = store().put('pictures/a.jpg', PICTURE, 'image/jpeg');
  await expect(put).rejects.toThrow(Broken);
  await expect(put).rejects.not.toThrow('pictures/a.jpg');
});

test('a URL is signed, expires when asked, and shows the picture in the page', async () => {
  const url = new URL(await store().url('pictures/a.jpg', 300));
  expect(url.pathname).toBe(`/${bucket.name}/pictures/a.jpg`);
  expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
  expect(url.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
  expect(url.searchParams.get('response-content-type')).toBe('image/jpeg');
  expect(url.searchParams.get('response-content-disposition')).toBe('inline');
});
