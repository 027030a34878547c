// What the lens takes and tells (ISAPI.md 6): lenient about how a command is written, strict about its values.
import { element, root } from '../alerts/xml.ts';
import type { LensFault } from '../lens/lens-options.ts';
import { type Answer, accepted, badContent, deviceBusy, notSupported, xmlAnswer } from './answer.ts';
import type { Device, ResourceRequest } from './device.ts';

const MAX_SPEED = 100;
const MAX_DURATION_MS = 180_000;
/** Presets from here on are commands, up to 105. */
const FIRST_COMMAND = 33;
const LAST_COMMAND = 105;
const REBOOT_COMMAND = 94;
const document = (name: string, children: readonly string[]) => xmlAnswer(200, root(name, 'hikvision-ver20', children));

export function lensCapabilities({ lensOptions }: Device): Answer {
  const { capabilities, panTilt, zoomMax, momentary, home: hasHome, maxPresetNum } = lensOptions;
  if (capabilities === 'none') return notSupported(403);
  const [min, max] = capabilities === 'device' ? ['Min', 'Max'] : ['min', 'max'];
  const range = (name: string, limit: number) => element(name, [...element(min, -limit), ...element(max, limit)]);
  const spaces = (kind: 'Continuous' | 'Momentary') => [
    ...(panTilt ? element(`${kind}PanTiltSpace`, [...range('XRange', MAX_SPEED), ...range('YRange', MAX_SPEED)]) : []),
    ...element(`${kind}ZoomSpace`, range('ZRange', zoomMax)),
  ];
  return document('PTZChanelCap', [
    ...spaces('Continuous'),
    ...(momentary ? spaces('Momentary') : []),
    ...element('homePostionSupport', String(hasHome)),
    ...element('maxPresetNum', maxPresetNum),
  ]);
}

export function lensStatus({ lens }: Device): Answer {
  const { tilt, pan, zoom } = lens.position;
  const place = [
    ...element('elevation', Math.round(tilt)),
    ...element('azimuth', Math.round(pan)),
    ...element('absoluteZoom', Math.round(zoom)),
  ];
  return document('PTZStatus', element('AbsoluteHigh', place));
}

/** Continuous, momentary and absolute. An empty PTZData is a stop: whatever it leaves out is 0. */
export function move(device: Device, request: ResourceRequest): Answer {
  const { lens, lensOptions } = device;
  const kind = request.path.slice(request.path.lastIndexOf('/') + 1);
  if (!/<PTZData\b/.test(request.body)) return badContent();
  if (kind === 'momentary' && !lensOptions.momentary) return notSupported(403);
  if (kind === 'absolute') return jump(device, request);
  const velocity = { pan: 0, tilt: 0, zoom: 0, ...numbers(request.body, ['pan', 'tilt', 'zoom']) };
  if (Object.values(velocity).some((speed) => !isWithin(speed, MAX_SPEED))) return badContent();
  if (!lensOptions.panTilt && (velocity.pan !== 0 || velocity.tilt !== 0)) {
    return lensOptions.panOnZoomOnly === 'refused' ? notSupported(403) : accepted();
  }
  const { duration } = numbers(request.body, ['duration']);
  if (kind === 'momentary' && !(duration !== undefined && duration > 0 && duration <= MAX_DURATION_MS)) {
    return badContent();
  }
  return obey(
    device,
    Object.values(velocity).every((speed) => speed === 0),
    (faults) => {
      const lasts = kind === 'momentary' && !faults.includes('ignores-durations') ? duration : undefined;
      lens.drive(velocity, kind, lasts);
    },
  );
}

export function focus(device: Device, request: ResourceRequest): Answer {
  const { focus: speed } = numbers(request.body, ['focus']);
  if (speed === undefined || !isWithin(speed, MAX_SPEED)) return badContent();
  return obey(device, speed === 0, () => device.lens.drive({ focus: speed }, 'focus'));
}

export function presetList({ lens }: Device): Answer {
  const entries = [...lens.presets.keys(), REBOOT_COMMAND].map((id) =>
    element('PTZPreset', [
      ...element('enabled', 'true'),
      ...element('id', id),
      ...element('presetName', id === REBOOT_COMMAND ? 'Remote reboot' : `Preset ${id}`),
    ]),
  );
  return document('PTZPresetList', entries.flat());
}

export function preset(device: Device, request: ResourceRequest): Answer {
  const { lens, lensOptions } = device;
  const number = Number(/\/presets\/(\d+)/.exec(request.path)?.[1]);
  if (number < 1 || number > lensOptions.maxPresetNum) return badContent();
  if (!request.path.endsWith('/goto')) {
    if (number < FIRST_COMMAND || number > LAST_COMMAND) lens.savePreset(number);
    return accepted();
  }
  return obey(device, false, () => lens.goToPreset(number));
}

export function home(device: Device, request: ResourceRequest): Answer {
  const { lens, lensOptions } = device;
  if (!lensOptions.home) return notSupported(403);
  return obey(device, false, () => (request.path.endsWith('/goto') ? lens.goHome() : lens.saveHome()));
}

/** Carries a command out, as far as the faults let it. */
function obey(device: Device, isStop: boolean, command: (faults: readonly LensFault[]) => void): Answer {
  const { lens, lensFaults } = device;
  const faults = lensFaults();
  if (faults.includes('busy')) return deviceBusy();
  if (isStop && faults.some((fault) => fault.endsWith('first-stop')) && lens.takeFirstStop()) {
    if (faults.includes('cuts-first-stop')) return { ...accepted(), lost: 'cut' };
    return faults.includes('silent-at-first-stop') ? { ...accepted(), lost: 'silent' } : accepted();
  }
  if (!faults.includes('stands-still') || isStop) command(faults);
  return accepted();
}

function jump(device: Device, request: ResourceRequest): Answer {
  const { absoluteZoom, elevation, azimuth } = numbers(request.body, ['absoluteZoom', 'elevation', 'azimuth']);
  if (absoluteZoom === undefined || absoluteZoom < 1 || absoluteZoom > 1000) return badContent();
  const turned = device.lensOptions.panTilt ? { pan: azimuth ?? 0, tilt: elevation ?? 0 } : {};
  return obey(device, false, () => device.lens.jump({ zoom: absoluteZoom, ...turned }, 'absolute'));
}

function numbers<Name extends string>(body: string, names: readonly Name[]): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const text = new RegExp(`<${name}\\s*>\\s*(-?\\d{1,6})\\s*<`).exec(body)?.[1];
    if (text !== undefined) found[name] = Number(text);
  }
  return found;
}

const isWithin = (speed: number, limit: number) => Math.abs(speed) <= limit;
