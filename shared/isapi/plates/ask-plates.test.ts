import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Busy } from '../../support/errors.ts';
import { CameraRefused } from '../answer.ts';
import type { CameraClient, ClientRequest } from '../client.ts';
import { askPlates, PLATES_PATH } from './ask-plates.ts';
import { fetchPlatePicture } from './fetch-plate-picture.ts';
import { picNameAt } from './pic-name.ts';

const NAME = picNameAt(Date.UTC(2026, 10, 22, 12));
const JPEG = Buffer.from([0xff, 0xd8, 1, 2, 0xff, 0xd9]);

let asked: ClientRequest[];
let reply: () => { status: number; contentType: string; body: Buffer };
const client: CameraClient = {
  openStream: () => Promise.reject(new Error('no stream here')),
  request: async (request) => {
    asked.push(request);
    return reply();
  },
};
const answers = (body: string | Buffer) => () => ({ status: 200, contentType: '', body: Buffer.from(body as string) });
const refuses = (status: number, subStatusCode: string) => () => {
  throw new CameraRefused('could not ask', { status, subStatusCode });
};
beforeEach(() => {
  asked = [];
});
afterEach(() => expect(asked).toHaveLength(1));

describe('the plates query', () => {
  test('names what it has seen last, and is posted', async () => {
    reply = answers('<Plates/>');
    expect(await askPlates(client, NAME)).toEqual({ rows: [], unreadable: 0 });
    expect(asked[0]).toMatchObject({ method: 'POST', path: PLATES_PATH });
    expect(asked[0]?.body).toContain('<AfterTime><picTime>202611221200000000</picTime></AfterTime>');
  });

  test.each([
    [403, 'notSupport'],
    [404, ''],
    [404, 'notSupport'],
    [400, 'NotSupport'],
  ])('is not supported by a camera that answers %i %s', async (status, sub) => {
    reply = refuses(status, sub);
    expect(await askPlates(client, NAME)).toBe('not_supported');
  });

  test.each([
    [403, 'lowPrivilege'],
    [500, 'deviceError'],
    [400, 'badXmlContent'],
  ])('is refused, and not unsupported, by %i %s', async (status, sub) => {
    reply = refuses(status, sub);
    await expect(askPlates(client, NAME)).rejects.toBeInstanceOf(CameraRefused);
  });
});

describe("a remembered plate's picture", () => {
  test('is a JPEG under its name', async () => {
    reply = answers(JPEG);
    expect(await fetchPlatePicture(client, NAME)).toEqual(JPEG);
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/doc/ui/images/plate/202611221200000000.jpg' });
  });

  test.each([
    ['half a JPEG', JPEG.subarray(0, 4)],
    ['XML', '<ResponseStatus/>'],
    ['nothing', ''],
  ])('that is %s is none', async (_name, body) => {
    reply = answers(body);
    expect(await fetchPlatePicture(client, NAME)).toBeNull();
  });

  test('that is refused is none, and one that cannot be asked for now is asked for later', async () => {
    reply = refuses(404, '');
    expect(await fetchPlatePicture(client, NAME)).toBeNull();
    asked = [];
    reply = () => {
      throw new Busy('camera_locked', 'could not ask: the guard is shut');
    };
    await expect(fetchPlatePicture(client, NAME)).rejects.toMatchObject({ code: 'camera_locked' });
  });
});
