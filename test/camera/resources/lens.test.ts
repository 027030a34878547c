import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from '../camera.ts';
import { askLoggedIn } from '../camera-client.ts';
import type { CameraOptions } from '../camera-options.ts';

const PTZ = '/ISAPI/PTZCtrl/channels/1';
const FOCUS = '/ISAPI/System/Video/inputs/channels/1/focus';

let camera: SimulatedCamera;
const start = async (options: CameraOptions = {}) => {
  camera = await startCamera({ heartbeatMs: false, pictures: { drawn: 'small' }, ...options });
};
afterEach(() => camera.close());

async function put(path: string, body = '') {
  const reply = await askLoggedIn(camera, path, { method: 'PUT', body });
  return { status: reply.status, text: reply.body.toString() };
}
const get = async (path: string) => (await askLoggedIn(camera, path)).body.toString();
const zoom = (speed: number) => `<PTZData><pan>0</pan><tilt>0</tilt><zoom>${speed}</zoom></PTZData>`;

describe('the simulated lens', () => {
  test('moves continuously until it is stopped, and writes down where it was', async () => {
    await start();
    await put(`${PTZ}/continuous`, zoom(40));
    expect(camera.lens.isMoving).toBe(true);
    await put(`${PTZ}/continuous/`, zoom(0));
    const [begun, stopped] = camera.lens.log;
    expect(begun).toMatchObject({ position: { zoom: 300 }, velocity: { zoom: 40 }, why: 'continuous' });
    expect(stopped?.position.zoom).toBeGreaterThan(300);
    expect(camera.lens.motions).toEqual([{ from: begun?.at, until: stopped?.at }]);
  });

  test('takes an empty PTZData for a stop', async () => {
    await start();
    await put(`${PTZ}/continuous`, '<PTZData><zoom>40</zoom></PTZData>');
    await put(`${PTZ}/continuous`, '<PTZData></PTZData>');
    expect(camera.lens.isMoving).toBe(false);
  });

  test('pan on a zoom-only lens is refused, or taken and ignored', async () => {
    await start();
    const pan = '<PTZData><pan>10</pan></PTZData>';
    expect(await put(`${PTZ}/continuous`, pan)).toMatchObject({ status: 403, text: expect.stringContaining('notSup') });
    await camera.close();
    await start({ lens: { panOnZoomOnly: 'ignored' } });
    expect((await put(`${PTZ}/continuous`, pan)).status).toBe(200);
    expect(camera.lens.log).toEqual([]);
  });

  test.each([
    ['continuous', zoom(101)],
    ['continuous', 'no document'],
    ['momentary', zoom(40)],
    ['absolute', '<PTZData/>'],
  ])('refuses %s with wrong values', async (kind, body) => {
    await start();
    expect((await put(`${PTZ}/${kind}`, body)).status).toBe(400);
    expect(camera.lens.log).toEqual([]);
  });

  test('goes to an absolute zoom and tells it', async () => {
    await start();
    await put(`${PTZ}/absolute`, '<PTZData><AbsoluteHigh><absoluteZoom>55</absoluteZoom></AbsoluteHigh></PTZData>');
    expect(await get(`${PTZ}/status`)).toContain('<absoluteZoom>55</absoluteZoom>');
  });

  test('focus runs until it gets 0', async () => {
    await start();
    await put(FOCUS, '<FocusData><focus>-20</focus></FocusData>');
    expect(camera.lens.log.at(-1)?.velocity.focus).toBe(-20);
    await put(FOCUS, '<FocusData><focus>0</focus></FocusData>');
    expect(camera.lens.isMoving).toBe(false);
    expect((await put(FOCUS, '<FocusData/>')).status).toBe(400);
  });

  test('presets are saved and gone to; one that is a command gives itself away', async () => {
    await start();
    camera.lens.jump({ zoom: 500 }, 'by hand');
    await put(`${PTZ}/presets/3`);
    await put(`${PTZ}/homeposition/goto`);
    expect(camera.lens.position.zoom).toBe(300);
    await put(`${PTZ}/presets/3/goto`);
    expect(camera.lens.position.zoom).toBe(500);
    expect(await get(`${PTZ}/presets`)).toContain('<id>3</id>');
    await put(`${PTZ}/presets/94/goto`);
    expect(camera.lens.commandsReached).toEqual([94]);
  });

  test.each([
    ['device', '<ZRange>\r\n<Min>-100</Min>\r\n<Max>100</Max>'],
    ['lower-case', '<ZRange>\r\n<min>-100</min>\r\n<max>100</max>'],
    ['none', '<subStatusCode>notSupport'],
  ] as const)('tells what it can as %s', async (capabilities, text) => {
    await start({ lens: { capabilities } });
    expect(await get(`${PTZ}/capabilities`)).toContain(text);
  });

  test('may be as far away as a slow line', async () => {
    await start({ awayMs: 40 });
    const before = performance.now();
    await get('/ISAPI/System/time');
    expect(performance.now() - before).toBeGreaterThan(75);
  });
});
