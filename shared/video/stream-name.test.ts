import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CameraIdSchema } from '../detection/detection.ts';
import { partsOf, STREAM_KINDS, StreamNameSchema, streamName } from './stream-name.ts';

const cameraId = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/).map((text) => CameraIdSchema.parse(text));

test('a camera’s streams are its id and their kind', () => {
  const gate = CameraIdSchema.parse('gate');
  expect(STREAM_KINDS.map((kind) => streamName(gate, kind))).toEqual(['gate-main', 'gate-sub']);
});

test('every name tells its camera and kind again, a camera’s called gate-main too', () => {
  fc.assert(
    fc.property(
      fc.oneof(cameraId, fc.constant(CameraIdSchema.parse('gate-main'))),
      fc.constantFrom(...STREAM_KINDS),
      (camera, kind) => {
        const name = streamName(camera, kind);
        expect(partsOf(name)).toEqual({ camera, kind });
        expect(StreamNameSchema.parse(`${name}`)).toBe(name);
      },
    ),
  );
});

test.each([
  '',
  'gate',
  '-main',
  'gate-third',
  'gate-main/whep',
  '../gate-main',
  'Gate-main',
  'gate-main\n',
  'gate_1-sub',
  `${'a'.repeat(33)}-sub`,
])('%j is no stream', (text) => {
  expect(StreamNameSchema.safeParse(text).success).toBe(false);
});

test('of any text, only what names a possible camera is a stream', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `${text}-main`),
      ),
      (text) => {
        const parsed = StreamNameSchema.safeParse(text);
        if (!parsed.success) return;
        const { camera, kind } = partsOf(parsed.data);
        expect(streamName(camera, kind)).toBe(text);
      },
    ),
  );
  expect(StreamNameSchema.safeParse(7).success).toBe(false);
});
