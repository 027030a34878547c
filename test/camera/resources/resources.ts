// Which address answers what. Paths are compared without case and without a trailing slash (ISAPI.md 2.1).
import { type Answer, badContent, deviceBusy, deviceError, notSupported, wrongMethod } from './answer.ts';
import type { Device, ResourceRequest } from './device.ts';
import { capabilities, deviceInfo, time, trigger, triggerList, userCheck } from './identity-documents.ts';
import { focus, home, lensCapabilities, lensStatus, move, preset, presetList } from './lens.ts';
import { notificationHosts } from './notification-hosts.ts';
import { plates } from './plates.ts';

type Resource = {
  methods: readonly string[];
  path: RegExp;
  answer: (device: Device, request: ResourceRequest) => Answer;
};

const GET = ['GET'];
const PUT = ['PUT'];

const RESOURCES: readonly Resource[] = [
  { methods: GET, path: /^\/isapi\/security\/usercheck$/, answer: userCheck },
  { methods: GET, path: /^\/isapi\/system\/deviceinfo$/, answer: deviceInfo },
  { methods: GET, path: /^\/isapi\/system\/time$/, answer: time },
  { methods: GET, path: /^\/isapi\/system\/capabilities$/, answer: capabilities },
  { methods: GET, path: /^\/isapi\/event\/triggers$/, answer: triggerList },
  { methods: GET, path: /^\/isapi\/event\/triggers\/vehicledetection-1$/, answer: trigger },
  {
    methods: ['GET', 'PUT'],
    path: /^\/isapi\/event\/notification\/httphosts(\/\d{1,2})?$/,
    answer: notificationHosts,
  },
  { methods: GET, path: /^(\/isapi)?\/streaming\/channels\/(1|101|102)\/picture$/, answer: snapshot },
  { methods: GET, path: /^\/isapi\/ptzctrl\/channels\/1\/capabilities$/, answer: lensCapabilities },
  { methods: GET, path: /^\/isapi\/ptzctrl\/channels\/1\/status$/, answer: lensStatus },
  { methods: PUT, path: /^\/isapi\/ptzctrl\/channels\/1\/(continuous|momentary|absolute)$/, answer: move },
  { methods: GET, path: /^\/isapi\/ptzctrl\/channels\/1\/presets$/, answer: presetList },
  { methods: PUT, path: /^\/isapi\/ptzctrl\/channels\/1\/presets\/\d+(\/goto)?$/, answer: preset },
  { methods: PUT, path: /^\/isapi\/ptzctrl\/channels\/1\/homeposition(\/goto)?$/, answer: home },
  { methods: PUT, path: /^\/isapi\/system\/video\/inputs\/channels\/1\/focus$/, answer: focus },
  // Some clients send the query's body with GET.
  { methods: ['POST', 'GET'], path: /^\/isapi\/traffic\/channels\/1\/vehicledetect\/plates$/, answer: plates },
  { methods: GET, path: /^\/doc\/ui\/images\/plate\/\d+\.jpg$/, answer: rememberedPlatePicture },
  { methods: ['POST'], path: /^\/isapi\/contentmgmt\/logsearch$/, answer: badContent },
  { methods: ['GET', 'PUT', 'POST'], path: /^\/isapi\/contentmgmt(\/|$)/, answer: () => notSupported(403) },
];

const ALERT_STREAM = /^(\/isapi)?\/event\/notification\/alertstream$/;
const LOGIN_PAGE = '<html><head><title>login</title></head><body>doc/page/login.asp</body></html>';

/** The path as it is compared; the query is not part of it. */
export function pathOf(url: string): string {
  const [path = ''] = url.split('?');
  return path.toLowerCase().replace(/\/+$/, '');
}

export const isAlertStream = (method: string, path: string) => method === 'GET' && ALERT_STREAM.test(path);

export function answerTo(device: Device, request: ResourceRequest): Answer {
  const found = RESOURCES.filter(({ path }) => path.test(request.path));
  if (found.length === 0) return notSupported(404);
  return found.find(({ methods }) => methods.includes(request.method))?.answer(device, request) ?? wrongMethod();
}

const loginPage = (): Answer => ({ status: 200, type: 'text/html', body: Buffer.from(LOGIN_PAGE) });

/** A JPEG, or what some cameras send in its place (ISAPI.md 10.3). */
function snapshot(device: Device): Answer {
  const form = device.snapshotForm();
  if (form === 'error-with-200') return deviceError(200);
  if (form === 'busy') return deviceBusy();
  if (form === 'login-page-with-200') return loginPage();
  return { status: 200, type: 'image/jpeg', body: device.snapshot() };
}

function rememberedPlatePicture(device: Device, request: ResourceRequest): Answer {
  if (device.plates.picture === 'error-with-200') return deviceError(200);
  if (device.plates.picture === 'login-page-with-200') return loginPage();
  const name = /(\d+)\.jpg$/.exec(request.path)?.[1];
  const entry = device.memory().find(({ picName }) => picName === name);
  const picture = entry?.pictures.find(({ fileName }) => fileName === 'licensePlatePicture.jpg');
  return picture === undefined || device.plates.picture === 'missing'
    ? notSupported(404)
    : { status: 200, type: 'image/jpeg', body: picture.bytes };
}
