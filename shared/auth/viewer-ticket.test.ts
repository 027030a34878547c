import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../detection/detection.ts';
import { mintTicket, readTicket, TICKET_LIFE_MS, TICKET_START_MS } from './viewer-ticket.ts';

const secret = randomBytes(32);
const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const HOUR_MS = 3_600_000;
const camera = CameraIdSchema.parse('gate');
const user = { subject: 'operator-1', expiresAt: NOW + HOUR_MS };
const unauthorized = expect.objectContaining({ name: 'Rejected', code: 'unauthorized' });

describe('a viewer’s ticket', () => {
  test('says for which camera, for whom and until when, and is safe in a URL', () => {
    const { text, ...ticket } = mintTicket(secret, { camera, user, now: NOW });
    expect(ticket).toEqual({
      camera: 'gate',
      subject: 'operator-1',
      startBefore: NOW + TICKET_START_MS,
      until: user.expiresAt,
    });
    expect(readTicket(secret, text, NOW + TICKET_START_MS - 1)).toEqual(ticket);
    expect(encodeURIComponent(text)).toBe(text);
  });

  test('starts nothing a minute later', () => {
    const { text } = mintTicket(secret, { camera, user, now: NOW });
    expect(() => readTicket(secret, text, NOW + TICKET_START_MS)).toThrow('it came too late');
  });

  test('never outlives the token it was minted for, nor twelve hours', () => {
    const short = mintTicket(secret, { camera, user: { ...user, expiresAt: NOW + 5_000 }, now: NOW });
    expect(short).toMatchObject({ startBefore: NOW + 5_000, until: NOW + 5_000 });
    expect(() => readTicket(secret, short.text, NOW + 5_000)).toThrow(unauthorized);
    const long = mintTicket(secret, { camera, user: { ...user, expiresAt: NOW + 100 * HOUR_MS }, now: NOW });
    expect(long.until).toBe(NOW + TICKET_LIFE_MS);
  });

  test('is good only with the gate’s own key, and is no other thing that the gate signs', () => {
    const { text } = mintTicket(randomBytes(32), { camera, user, now: NOW });
    expect(() => readTicket(secret, text, NOW)).toThrow(unauthorized);
  });

  test('comes back whole for every subject', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 256, unit: 'binary' }), (subject) => {
        const { text } = mintTicket(secret, { camera, user: { ...user, subject }, now: NOW });
        expect(readTicket(secret, text, NOW).subject).toBe(subject);
      }),
    );
  });

  test('is refused with any one character changed, left out or put in', () => {
    const { text } = mintTicket(secret, { camera, user, now: NOW });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2, unit: 'grapheme-ascii' }), (at, put) => {
        const tampered = text.slice(0, at) + put + text.slice(at + 1);
        fc.pre(tampered !== text);
        expect(() => readTicket(secret, tampered, NOW)).toThrow(unauthorized);
      }),
      { numRuns: 500 },
    );
  });

  test('no text breaks the reader', () => {
    const shaped = fc.stringMatching(/^v1\.[\w-]{0,60}\.[\w-]{0,60}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), shaped), (text) => {
        expect(() => readTicket(secret, text, NOW)).toThrow(unauthorized);
      }),
    );
    expect(() => readTicket(secret, `v1.${'x'.repeat(10_000)}.x`, NOW)).toThrow('it is too long');
  });
});
