// A deterministic alert stream for measuring: per event a 3.2 kB ANPR alert, a 300 kB scene, a 40 kB plate and a heartbeat.

const SCENE_BYTES = 300_000;
const PLATE_BYTES = 40_000;
export const BOUNDARY = 'boundary';

export type RecordingOptions = { events: number; partLengths: boolean; pictures: boolean };

export function recording({ events, partLengths, pictures }: RecordingOptions): Buffer {
  const parts: Buffer[] = [];
  const scene = noisePicture(SCENE_BYTES, 1);
  const plate = noisePicture(PLATE_BYTES, 2);
  for (let n = 0; n < events; n += 1) {
    parts.push(part('application/xml; charset="UTF-8"', Buffer.from(alertXml(n, pictures ? 2 : 0)), partLengths));
    if (pictures) {
      parts.push(part('image/jpeg', scene, partLengths, 'detectionPicture.jpg'));
      parts.push(part('image/jpeg', plate, partLengths, 'licensePlatePicture.jpg'));
    }
    parts.push(heartbeat(partLengths));
  }
  return Buffer.concat(parts);
}

export function heartbeat(partLength = true): Buffer {
  const xml = eventXml('videoloss', 'inactive', '');
  return part('application/xml; charset="UTF-8"', Buffer.from(xml), partLength);
}

export function part(type: string, body: Buffer, withLength: boolean, name = ''): Buffer {
  const disposition = name ? `Content-Disposition: form-data; name="${name}"; filename="${name}"\r\n` : '';
  const length = withLength ? `Content-Length: ${body.length}\r\n` : '';
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${disposition}Content-Type: ${type}\r\n${length}\r\n`),
    body,
    Buffer.from('\r\n'),
  ]);
}

export function alertXml(n: number, pictureCount: number): string {
  const plate = `01${String.fromCharCode(65 + (n % 26))}${String(n % 1000).padStart(3, '0')}BC`;
  const pictures = ['detectionPicture', 'licensePlatePicture']
    .slice(0, pictureCount)
    .map(
      (type, i) =>
        `<pictureInfo>\r\n<fileName>${type}.jpg</fileName>\r\n<type>${type}</type>\r\n<dataType>0</dataType>\r\n<picRecogMode>0</picRecogMode>\r\n<absTime>20261122100000${String(n % 1000).padStart(3, '0')}</absTime>\r\n<plateRect>\r\n<X>691</X>\r\n<Y>397</Y>\r\n<width>59</width>\r\n<height>34</height>\r\n</plateRect>\r\n<pId>20261122100000${n}x${i}</pId>\r\n</pictureInfo>\r\n`,
    );
  const yesNo = [
    'pilotsafebelt',
    'vicepilotsafebelt',
    'pilotsunvisor',
    'vicepilotsunvisor',
    'uphone',
    'envprosign',
    'dangmark',
    'pendant',
    'tissueBox',
    'label',
    'decoration',
    'smoking',
    'perfumeBox',
    'pdvs',
    'twoWheelVehicle',
    'threeWheelVehicle',
  ];
  return eventXml(
    'ANPR',
    'active',
    `<ANPR>\r\n<country>3</country>\r\n<licensePlate>${plate}</licensePlate>\r\n<line>1</line>\r\n<direction>forward</direction>\r\n<confidenceLevel>97</confidenceLevel>\r\n<plateType>unknown</plateType>\r\n<plateColor>white</plateColor>\r\n<licenseBright>0</licenseBright>\r\n${yesNo.map((name) => `<${name}>unknown</${name}>\r\n`).join('')}<plateCharBelieve>99,99,99,99,99,99,99</plateCharBelieve>\r\n<vehicleType>truck</vehicleType>\r\n<detectDir>8</detectDir>\r\n<detectType>0</detectType>\r\n<alarmDataType>0</alarmDataType>\r\n<vehicleInfo>\r\n<index>${n}</index>\r\n<colorDepth>2</colorDepth>\r\n<color>white</color>\r\n<length>0</length>\r\n<vehicleLogoRecog>1036</vehicleLogoRecog>\r\n<vehileSubLogoRecog>0</vehileSubLogoRecog>\r\n<vehileModel>0</vehileModel>\r\n</vehicleInfo>\r\n<pictureInfoList>\r\n${pictures.join('')}</pictureInfoList>\r\n<originalLicensePlate>${plate}</originalLicensePlate>\r\n<CRIndex>3</CRIndex>\r\n<vehicleListName>otherList</vehicleListName>\r\n<plateSize>0</plateSize>\r\n</ANPR>\r\n<UUID>bench-0000-0000-${n}</UUID>\r\n<picNum>${pictureCount}</picNum>\r\n<monitoringSiteID></monitoringSiteID>\r\n<isDataRetransmission>false</isDataRetransmission>\r\n<detectionBackgroundImageResolution>\r\n<height>1568</height>\r\n<width>2560</width>\r\n</detectionBackgroundImageResolution>\r\n`,
    n,
  );
}

function eventXml(type: string, state: string, inside: string, n = 0): string {
  const time = new Date(Date.UTC(2026, 10, 22, 5) + n * 1000).toISOString().slice(0, 19);
  return `<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\r\n<ipAddress>192.0.2.10</ipAddress>\r\n<portNo>80</portNo>\r\n<protocol>HTTP</protocol>\r\n<macAddress>00:00:5e:00:53:01</macAddress>\r\n<channelID>1</channelID>\r\n<dateTime>${time}Z</dateTime>\r\n<activePostCount>0</activePostCount>\r\n<eventType>${type}</eventType>\r\n<eventState>${state}</eventState>\r\n<eventDescription>${type} alarm</eventDescription>\r\n${inside}</EventNotificationAlert>\r\n`;
}

/** Noise between a picture's first and last marker: what framing sees of a JPEG, without the time to draw one. */
export function noisePicture(bytes: number, seed: number): Buffer {
  const picture = Buffer.allocUnsafe(bytes);
  let x = seed | 1;
  for (let at = 0; at < bytes; at += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    picture[at] = x & 0xff;
  }
  picture.set([0xff, 0xd8, 0xff, 0xe0], 0);
  picture.set([0xff, 0xd9], bytes - 2);
  return picture;
}
