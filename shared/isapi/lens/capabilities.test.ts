import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../../support/errors.ts';
import { readLensCapabilities, speedFor } from './capabilities.ts';

const range = (name: string, max: string) => `<${name}><Min>-${max}</Min><Max>${max}</Max></${name}>`;
const zoom = (max: string) => `<ContinuousZoomSpace>${range('ZRange', max)}</ContinuousZoomSpace>`;
const document = (inside: string, root = 'PTZChanelCap') =>
  Buffer.from(`<?xml version="1.0"?><${root} version="2.0" xmlns="urn:x">${inside}</${root}>`);

describe('what a lens can do', () => {
  test('a motorised zoom has no pan, no tilt and no timed moves', () => {
    const can = readLensCapabilities(document(zoom('100')));
    expect(can).toEqual({
      maxSpeed: { pan: 0, tilt: 0, zoom: 100, focus: 100 },
      momentary: false,
      home: true,
      maxPreset: 32,
    });
    expect(speedFor('pan_left', 50, can)).toBe(0);
  });

  test('ranges count in either spelling, and the root too', () => {
    const guide = '<ContinuousZoomSpace><ZRange><min>-7</min><max>7</max></ZRange></ContinuousZoomSpace>';
    expect(readLensCapabilities(document(guide, 'PTZChannelCap')).maxSpeed.zoom).toBe(7);
    expect(speedFor('zoom_out', 50, readLensCapabilities(document(zoom('7'))))).toBe(-7);
  });

  test('pan and tilt are there where their ranges are', () => {
    const panTilt = `<ContinuousPanTiltSpace>${range('XRange', '60')}${range('YRange', '40')}</ContinuousPanTiltSpace>`;
    const can = readLensCapabilities(
      document(
        `${panTilt}<MomentaryZoomSpace/><homePostionSupport>false</homePostionSupport><maxPresetNum>8</maxPresetNum>`,
      ),
    );
    expect(can).toMatchObject({ maxSpeed: { pan: 60, tilt: 40, zoom: 0 }, home: false, maxPreset: 8 });
    expect(speedFor('tilt_up', 100, can)).toBe(40);
  });

  test('no bytes give a speed beyond what ISAPI knows', () => {
    const hostile = fc.oneof(fc.string(), fc.nat().map(String), fc.constantFrom('-5', '1e3', '', '99999999999'));
    fc.assert(
      fc.property(hostile, hostile, (max, presets) => {
        const bytes = document(`${zoom(max)}<maxPresetNum>${presets}</maxPresetNum>`);
        try {
          const can = readLensCapabilities(bytes);
          expect(can.maxSpeed.zoom).toBeLessThanOrEqual(100);
          expect(can.maxSpeed.zoom).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Rejected);
        }
      }),
    );
  });
});
