import type { XmlNamespace } from './xml.ts';

type Firmware = {
  version: string;
  released: string;
  namespace: XmlNamespace;
  /** What the alert stream says when a vehicle passes. */
  alert: 'vehicledetection' | 'ANPR';
  vehicleInfo: boolean;
  /** Whether `GET Event/triggers` answers the list; V5.4.5 answers 500. */
  triggerList: boolean;
};

/** The model under three firmwares (ISAPI.md 1.2 to 1.6 and 11, point 5). */
export const FIRMWARES = {
  'v5.4.5': {
    version: 'V5.4.5',
    released: 'build 170123',
    namespace: 'std-cgi-ver10',
    alert: 'vehicledetection',
    vehicleInfo: false,
    triggerList: false,
  },
  'v5.4.7': {
    version: 'V5.4.7',
    released: 'build 170830',
    namespace: 'std-cgi-ver10',
    alert: 'ANPR',
    vehicleInfo: false,
    triggerList: true,
  },
  'v5.7': {
    version: 'V5.7.10',
    released: 'build 220601',
    namespace: 'hikvision-ver20',
    alert: 'ANPR',
    vehicleInfo: true,
    triggerList: true,
  },
} as const satisfies Record<string, Firmware>;
export type FirmwareName = keyof typeof FIRMWARES;
