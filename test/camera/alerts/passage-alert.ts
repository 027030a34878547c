// What the camera tells about a vehicle: an ANPR alert, or on V5.4.5 only that something passed (ISAPI.md 1.2, 4).
import type { LedgerEntry, SentPicture } from '../passage.ts';
import { type AlertHead, alert } from './alert.ts';
import { seventeenDigits, wallClock } from './camera-time.ts';
import { FIRMWARES, type FirmwareName } from './firmware.ts';
import { element } from './xml.ts';

export type PassageReport = {
  entry: LedgerEntry;
  head: Pick<AlertHead, 'namespace' | 'port' | 'activePostCount'>;
  zoneMinutes: number;
  firmware: FirmwareName;
  /** How a replay is marked: on the event, in the ANPR block, or not at all (ISAPI.md 4.1, 4.2). */
  replay: ReplayMark;
};
export type ReplayMark = 'live' | 'isDataRetransmission' | 'alarmDataType' | 'unmarked';

/** Where the plate stands in the drawn scene, in thousandths of its sides. */
const PLATE_RECT = ['<X>409</X>', '<Y>741</Y>', '<width>182</width>', '<height>49</height>'];

export function passageAlert(report: PassageReport): string[] {
  const { entry, head } = report;
  const eventType = FIRMWARES[report.firmware].alert;
  const common = {
    ...head,
    dateTime: entry.dateTime,
    eventType,
    eventState: 'active',
    description: eventType,
  } as const;
  if (eventType === 'vehicledetection') return alert(common, []);
  return alert(common, [
    ...element('ANPR', anprBlock(report)),
    ...element('UUID', entry.uuid),
    ...element('picNum', entry.pictures.length),
    ...element('monitoringSiteID', ''),
    ...element('isDataRetransmission', String(report.replay === 'isDataRetransmission')),
    ...element('carDirectionType', entry.passage.direction === 'reverse' ? 1 : 0),
    ...element('countryAbbreviation', entry.passage.country),
  ]);
}

function anprBlock(report: PassageReport): string[] {
  const { passage, pictures } = report.entry;
  const { plate } = passage;
  return [
    ...element('country', passage.country),
    ...(plate === null ? [] : element('licensePlate', plate)),
    ...element('line', passage.lane),
    ...element('direction', passage.direction),
    ...element('confidenceLevel', passage.confidence),
    ...element('plateType', passage.plateType),
    ...element('plateColor', passage.plateColor),
    ...element('licenseBright', 0),
    ...element('pilotsafebelt', 'unknown'),
    ...element('dangmark', 'no'),
    ...element('plateCharBelieve', believed(passage.confidence, plate ?? '')),
    ...element('vehicleType', passage.vehicleType),
    ...element('detectDir', 8),
    ...element('detectType', 0),
    ...element('alarmDataType', report.replay === 'alarmDataType' ? 1 : 0),
    ...(FIRMWARES[report.firmware].vehicleInfo ? vehicleInfo(report.entry) : []),
    ...(pictures.length === 0
      ? []
      : element(
          'pictureInfoList',
          pictures.flatMap((p) => pictureInfo(p, report)),
        )),
    ...(plate === null ? [] : element('originalLicensePlate', plate)),
    ...element('vehicleListName', passage.list),
    ...element('plateSize', 0),
  ];
}

/** Misspelt as on the wire (ISAPI.md 4.2). */
function vehicleInfo({ passage }: LedgerEntry): string[] {
  return element('vehicleInfo', [
    ...element('index', 1),
    ...element('vehicleType', 3),
    ...element('colorDepth', 2),
    ...element('color', passage.vehicleColor),
    ...element('speed', passage.speedKmh),
    ...element('length', 0),
    ...element('vehicleLogoRecog', 0),
    ...element('vehileSubLogoRecog', 0),
    ...element('vehileModel', 0),
  ]);
}

function pictureInfo(picture: SentPicture, report: PassageReport): string[] {
  const scene = picture.fileName === 'detectionPicture.jpg';
  return element('pictureInfo', [
    ...element('fileName', picture.fileName),
    ...element('type', picture.fileName.replace('.jpg', '')),
    ...element('dataType', 0),
    ...element('picRecogMode', 0),
    ...element('absTime', seventeenDigits(wallClock(report.entry.capturedAt, report.zoneMinutes))),
    ...(scene ? element('plateRect', PLATE_RECT) : []),
    ...element('pId', picture.pictureId),
  ]);
}

const believed = (confidence: number, plate: string) => [...plate].map(() => Math.min(confidence, 99)).join(',');
