import { describe, expect, test } from 'vitest';
import { ORDINARY_PASSAGE } from '../passage.ts';
import { passagePictures } from '../pictures/passage-pictures.ts';
import { EVENT_FAULTS, type EventFault, HIDDEN_PLATE } from './event-faults.ts';
import { frame, framingOf, type Part } from './framing.ts';
import { JUNK, type JunkName } from './junk.ts';

const framing = framingOf('counted-crlf');
const scene =
  passagePictures(ORDINARY_PASSAGE, '2026-11-22 10:00:00', { drawn: 'small', bytes: null })?.scene ?? Buffer.of();
const alert: Part = { alert: ['<EventNotificationAlert>', '<ANPR>', '</ANPR>', '</EventNotificationAlert>'] };
const parts: Part[] = [alert, { picture: { fileName: 'detectionPicture.jpg', pictureId: 'p1', bytes: scene } }];
const whole = frame(parts, framing);
const count = (bytes: Buffer, text: string) => bytes.toString('latin1').split(text).length - 1;

describe('damaged events', () => {
  test.each([
    ['truncated-picture-then-silence', 'silence'],
    ['truncated-picture-then-fin', 'fin'],
    ['truncated-picture-then-rst', 'rst'],
    ['truncated-picture-then-next-part', 'open'],
  ] as const)('%s stops inside the picture', (fault, ending) => {
    const damaged = EVENT_FAULTS[fault](parts, framing);
    expect(damaged.ending).toBe(ending);
    expect(whole.subarray(0, damaged.bytes.length).equals(damaged.bytes)).toBe(true);
    expect(whole.length - damaged.bytes.length).toBeGreaterThan(100);
    expect(whole.length - damaged.bytes.length).toBeLessThan(scene.length);
  });

  test.each<[EventFault, string, number]>([
    ['pictures-never-come', 'image/jpeg', 0],
    ['unannounced-picture', 'image/jpeg', 2],
    ['truncated-xml', '</EventNotificationAlert>', 0],
    ['doctype', '<!DOCTYPE', 1],
  ])('%s', (fault, text, times) => {
    expect(count(EVENT_FAULTS[fault](parts, framing).bytes, text)).toBe(times);
  });

  test('an event hidden in a picture lies within the length that the picture declares', () => {
    const { bytes } = EVENT_FAULTS['event-inside-picture'](parts, framing);
    const text = bytes.toString('latin1');
    const lastHead = text.indexOf('Content-Disposition');
    const body = text.indexOf('\r\n\r\n', lastHead) + 4;
    const declared = Number(/Content-Length: (\d+)/.exec(text.slice(lastHead))?.[1]);
    const picture = bytes.subarray(body, body + declared);
    expect(picture.includes(`\r\n--boundary\r\n`)).toBe(true);
    expect(picture.includes(`<licensePlate>${HIDDEN_PLATE}</licensePlate>`)).toBe(true);
    expect(picture.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
    expect(bytes.length).toBe(body + declared + 2);
  });
});

test.each<[JunkName, number]>([
  ['huge-part-header', 200 * 1024],
  ['endless-part', 1024 * 1024],
  ['huge-part', 20 * 1024 * 1024],
  ['binary-noise', 64 * 1024],
])('%s is as big as its name says', (junk, bytes) => {
  const size = JUNK[junk](framing).length;
  expect(size).toBeGreaterThanOrEqual(bytes);
  expect(size).toBeLessThan(bytes + 1024);
});

test('ten thousand tiny parts are ten thousand parts', () => {
  expect(count(JUNK['tiny-parts'](framing), '--boundary\r\n')).toBe(10_000);
});
