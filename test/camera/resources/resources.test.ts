import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from '../camera.ts';
import { askLoggedIn } from '../camera-client.ts';
import type { CameraOptions } from '../camera-options.ts';

let camera: SimulatedCamera;
const start = async (options: CameraOptions = {}) => {
  camera = await startCamera({ heartbeatMs: false, pictures: { drawn: 'small' }, ...options });
};
afterEach(() => camera.close());

async function get(path: string, method = 'GET') {
  const { status, headers, body } = await askLoggedIn(camera, path, { method });
  return { status, type: headers['content-type'], body, text: body.toString('latin1') };
}

describe('the camera says who it is', () => {
  test.each([
    ['v5.4.5', 'V5.4.5'],
    ['v5.4.7', 'V5.4.7'],
    ['v5.7', 'V5.7.10'],
  ] as const)('with firmware %s', async (firmware, version) => {
    await start({ firmware });
    const { text } = await get('/ISAPI/System/deviceInfo');
    expect(text).toContain('<model>DS-2CD4A26FWD-IZS/P</model>');
    expect(text).toContain(`<firmwareVersion>${version}</firmwareVersion>`);
  });

  test('paths are taken in any case and with a slash at the end', async () => {
    await start();
    expect((await get('/isapi/system/DEVICEINFO/')).status).toBe(200);
    expect((await get('/ISAPI/System/capabilities?x=1')).text).toContain('isSupportVehicleDetection');
  });

  test('V5.4.5 fails on the list of triggers and answers the single one', async () => {
    await start({ firmware: 'v5.4.5' });
    expect((await get('/ISAPI/Event/triggers')).status).toBe(500);
    expect((await get('/ISAPI/Event/triggers/vehicledetection-1')).text).toContain('<id>center</id>');
  });

  test('the only listening slot names the webhook', async () => {
    await start({ pushTo: 'http://192.0.2.9:8123/api/gate/anpr-event/' });
    const { text } = await get('/ISAPI/Event/notification/httpHosts');
    expect(text).toContain('<url>/api/gate/anpr-event/</url>');
    expect(text).toContain('<ipAddress>192.0.2.9</ipAddress>\r\n<portNo>8123</portNo>');
  });
});

describe('what the camera does not know', () => {
  test.each([
    ['GET', '/ISAPI/ContentMgmt/InputProxy/channels', 403, 'notSupport'],
    ['POST', '/ISAPI/ContentMgmt/logSearch', 400, 'badXmlContent'],
    ['GET', '/ISAPI/No/such/thing', 404, 'notSupport'],
    ['PUT', '/ISAPI/System/deviceInfo', 405, 'methodNotAllowed'],
    ['GET', '/System/deviceInfo', 404, 'notSupport'],
  ])('%s %s', async (method, path, status, subStatus) => {
    await start();
    const refused = await get(path, method);
    expect([refused.status, refused.text.includes(`<subStatusCode>${subStatus}</subStatusCode>`)]).toEqual([
      status,
      true,
    ]);
  });
});

describe('snapshots', () => {
  test.each(['/ISAPI/Streaming/channels/101/picture', '/ISAPI/Streaming/channels/1/picture?snapShotImageType=JPEG'])(
    '%s is a JPEG',
    async (path) => {
      await start();
      const { status, type, body } = await get(path);
      expect([status, type]).toEqual([200, 'image/jpeg']);
      expect([body.readUInt16BE(0), body.readUInt16BE(body.length - 2)]).toEqual([0xffd8, 0xffd9]);
    },
  );

  test.each([
    ['error-with-200', 200, '<subStatusCode>deviceError'],
    ['login-page-with-200', 200, '<html>'],
    ['busy', 503, 'deviceBusy'],
  ] as const)('may be %s', async (snapshot, status, text) => {
    await start({ faults: { snapshot } });
    const reply = await get('/ISAPI/Streaming/channels/101/picture');
    expect([reply.status, reply.text.includes(text)]).toEqual([status, true]);
  });

  test('the plate picture of a remembered passage is at its name', async () => {
    await start();
    const { picName, pictures } = await camera.drive();
    const { body } = await get(`/doc/ui/images/plate/${picName}.jpg`);
    expect(body.equals(pictures[0]?.bytes ?? Buffer.of())).toBe(true);
    expect((await get('/doc/ui/images/plate/1.jpg')).status).toBe(404);
  });
});
