// The small documents that say who and when the camera is (ISAPI.md 2.4, 10.1, 10.2, 10.5).
import { DATE_TIME_SHAPES, posixZone, wallClock } from '../alerts/camera-time.ts';
import { FIRMWARES } from '../alerts/firmware.ts';
import { IDENTITY } from '../alerts/identity.ts';
import { element, root } from '../alerts/xml.ts';
import { type Answer, deviceError, notSupported, xmlAnswer } from './answer.ts';
import type { AnprLinkage, Device } from './device.ts';

const document = (name: string, children: readonly string[]) => xmlAnswer(200, root(name, 'hikvision-ver20', children));

/** 200 only says that the login was right: the authenticator refused all others. */
export function userCheck(): Answer {
  const state = [...element('statusValue', 200), ...element('statusString', 'OK'), ...element('isActivated', 'true')];
  return xmlAnswer(200, root('userCheck', 'isapi-ver20', state));
}

export function deviceInfo({ firmware }: Device): Answer {
  const { version, released } = FIRMWARES[firmware];
  return document('DeviceInfo', [
    ...element('deviceName', IDENTITY.channelName),
    ...element('deviceID', '88'),
    ...element('deviceDescription', 'IPCamera'),
    ...element('model', IDENTITY.model),
    ...element('serialNumber', IDENTITY.serial),
    ...element('macAddress', IDENTITY.macAddress),
    ...element('firmwareVersion', version),
    ...element('firmwareReleasedDate', released),
    ...element('encoderVersion', 'V7.3'),
    ...element('hardwareVersion', '0x0'),
    ...element('deviceType', 'IPCamera'),
  ]);
}

export function time(device: Device): Answer {
  const localTime = DATE_TIME_SHAPES.offset(wallClock(device.now(), device.zoneMinutes()));
  return document('Time', [
    ...element('timeMode', device.timeMode()),
    ...element('localTime', localTime),
    ...element('timeZone', posixZone(device.zoneMinutes())),
  ]);
}

export function capabilities(): Answer {
  const vehicle = element('isSupportVehicleDetection', 'true');
  return document('DeviceCap', [...element('ITCCap', vehicle), ...element('isSupportSubscribeEvent', 'false')]);
}

/** V5.4.5 fails on the whole list and answers the single trigger (ISAPI.md 1.6). */
export function triggerList({ firmware, anpr }: Device): Answer {
  if (!FIRMWARES[firmware].triggerList) return deviceError(500);
  const triggers = anpr === 'untold' ? [] : vehicleTrigger(anpr);
  return document('EventNotification', element('EventTriggerList', triggers));
}

export function trigger({ anpr }: Device): Answer {
  if (anpr === 'untold') return notSupported(404);
  const [, ...inside] = vehicleTrigger(anpr);
  return document('EventTrigger', inside.slice(0, -1));
}

function vehicleTrigger(anpr: AnprLinkage): string[] {
  const method = anpr === 'center' ? 'center' : 'record';
  const linked = [...element('id', method), ...element('notificationMethod', method)];
  return element('EventTrigger', [
    ...element('id', 'vehicledetection-1'),
    ...element('eventType', 'vehicledetection'),
    ...element('videoInputChannelID', 1),
    ...element('EventTriggerNotificationList', element('EventTriggerNotification', linked)),
  ]);
}
