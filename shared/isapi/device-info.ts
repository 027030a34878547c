import * as z from 'zod';
import { readAs, Text } from './document.ts';

/** Below it this model's stream and pushes carry no plates (ISAPI.md 1.2, 1.3). */
const FIRST_FIRMWARE_WITH_PLATES: FirmwareVersion = [5, 4, 7];
/** Entrance and traffic cameras number their firmware in another way, and always read plates. */
const OTHER_NUMBERING = /^i?DS-TC/i;

export type FirmwareVersion = readonly [major: number, minor: number, patch: number];

export type DeviceInfo = {
  name: string;
  /** May miss its suffix or hold a re-brand. */
  model: string;
  serialNumber: string;
  macAddress: string;
  /** As sent, with its build: `V5.7.18 build 240826`. */
  firmware: string;
  firmwareVersion: FirmwareVersion | null;
  /** A sentence for the operator when the firmware is known to send no plates, else null. */
  firmwareNote: string | null;
};

const Schema = z.object({
  deviceName: Text,
  model: Text,
  serialNumber: Text,
  macAddress: Text,
  firmwareVersion: Text,
  firmwareReleasedDate: Text,
});

/**
 * `GET /ISAPI/System/deviceInfo` (ISAPI.md 10.1).
 * @throws Rejected `camera_refused` when the bytes are no DeviceInfo
 */
export function readDeviceInfo(bytes: Uint8Array): DeviceInfo {
  const info = readAs(bytes, { roots: ['DeviceInfo'] }, Schema);
  const firmwareVersion = parseFirmware(info.firmwareVersion);
  const sendsNoPlates =
    firmwareVersion !== null &&
    !OTHER_NUMBERING.test(info.model) &&
    compare(firmwareVersion, FIRST_FIRMWARE_WITH_PLATES) < 0;
  return {
    name: info.deviceName,
    model: info.model,
    serialNumber: info.serialNumber,
    macAddress: info.macAddress.toLowerCase(),
    firmware: [info.firmwareVersion, info.firmwareReleasedDate].filter(Boolean).join(' '),
    firmwareVersion,
    firmwareNote: sendsNoPlates
      ? `firmware ${info.firmwareVersion} sends no plates: upgrade to V${FIRST_FIRMWARE_WITH_PLATES.join('.')} or later`
      : null,
  };
}

function parseFirmware(text: string): FirmwareVersion | null {
  const match = /V(\d{1,4})\.(\d{1,4})\.(\d{1,4})/i.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : null;
}

function compare(a: FirmwareVersion, b: FirmwareVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
