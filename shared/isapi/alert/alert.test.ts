import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GateError } from '../../support/errors.ts';
import { type Alert, type PlateAlert, readAlert } from './alert.ts';

const sample = (name: string) => readFileSync(new URL(`../../../test/samples/${name}`, import.meta.url));
const event = (inside: string, root = 'EventNotificationAlert') =>
  Buffer.from(`<${root}>${inside}</${root.split(' ')[0]}>`);
const anpr = (inside: string) => event(`<eventType>ANPR</eventType><ANPR>${inside}</ANPR>`);

function plateIn(bytes: Buffer): PlateAlert {
  const alert: Alert = readAlert(bytes);
  if (alert.kind !== 'plate') throw new Error(`expected a plate, read a ${alert.kind}`);
  return alert;
}

describe('a plate event', () => {
  test('of a 7-series camera gives plate, lane, direction, vehicle and its two announced pictures', () => {
    const alert = plateIn(sample('anpr_alert_ids7series_pretty.xml'));
    expect(alert).toMatchObject({
      eventType: 'anpr',
      dateTime: '2024-01-19T11:17:19+08:00',
      macAddress: 'd4:e8:53:00:00:02',
      uuid: '2024011911172144900FlERIduqg06eKsYuvLX072NugIxaHw22mHG5D5KBmWqX',
      replayed: false,
      pictureCount: 2,
    });
    expect(alert.reading).toMatchObject({
      plateAsRead: 'TEST600',
      direction: 'reverse',
      confidence: 97,
      lane: '2',
      country: '3',
      plateType: '',
      list: 'otherList',
      vehicle: { type: 'vehicle', color: 'white', brand: '1036' },
      pictures: [
        { type: 'licensePlatePicture', id: '2024011911172148100XqTdZBLMwoCkk' },
        { type: 'detectionPicture', id: '2024011911172148200AcB8K3CS9B2h5' },
      ],
    });
  });

  test('of old firmware, without vehicle info or pictures, still gives its plate', () => {
    const alert = plateIn(sample('anpr_alert_old_fw_no_vehicleinfo.xml'));
    expect(alert.reading).toMatchObject({ plateAsRead: 'EL123AB', confidence: 85, plateType: '92wex', vehicle: {} });
    expect(alert.pictureCount).toBeNull();
  });

  test.each(['01234567', '1E5', '0012E3', '+7', '1.50'])('keeps the digits of %s as they are', (plate) => {
    expect(plateIn(anpr(`<licensePlate>${plate}</licensePlate>`)).reading.plateAsRead).toBe(plate);
    const json = `{"EventNotificationAlert":{"eventType":"ANPR","ANPR":{"licensePlate":"${plate}","confidenceLevel":91}}}`;
    expect(plateIn(Buffer.from(json)).reading).toMatchObject({ plateAsRead: plate, confidence: 91 });
  });

  test.each([
    'EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"',
    'EventNotificationAlert version="1.0" xmlns="http://www.std-cgi.com/ver10/XMLSchema"',
    'EventNotificationAlert\r\n\txmlns="urn:psialliance-org"',
    'ns1:EventNotificationAlert xmlns:ns1="http://www.isapi.org/ver20/XMLSchema"',
    'EventNotificationAlert',
  ])('is read under the root <%s>', (root) => {
    const alert = plateIn(event('<eventType>ANPR</eventType><ANPR><licensePlate>A1</licensePlate></ANPR>', root));
    expect(alert.reading.plateAsRead).toBe('A1');
  });

  test.each([
    ['the history', '<alarmDataType>1</alarmDataType>', ''],
    ['an outage', '', '<isDataRetransmission>true</isDataRetransmission>'],
    ['the log', '', '<currentEvent>false</currentEvent>'],
  ])('sent again from %s is known as a replay', (_name, inside, beside) => {
    const alert = plateIn(
      event(`<eventType>ANPR</eventType><ANPR><licensePlate>A1</licensePlate>${inside}</ANPR>${beside}`),
    );
    expect(alert.replayed).toBe(true);
  });

  test('keeps its plate when the channel name has a bare & or bytes of another code page', () => {
    const name = Buffer.concat([
      Buffer.from('<channelName>R&D '),
      Buffer.from([0xc4, 0xfa, 0x01]),
      Buffer.from('</channelName>'),
    ]);
    const bytes = Buffer.concat([
      Buffer.from('<EventNotificationAlert>'),
      name,
      anpr('<licensePlate>01A777AA</licensePlate>').subarray(24),
    ]);
    expect(plateIn(bytes).reading.plateAsRead).toBe('01A777AA');
  });

  test('with confidence 0 has no confidence, since 0 means not given', () => {
    expect(plateIn(anpr('<confidenceLevel>0</confidenceLevel>')).reading.confidence).toBeNull();
  });
});

describe('other events', () => {
  test('the stream of a DS-2CD2185FWD is heartbeats and motion, never a plate', () => {
    const lines = sample('alertstream_ipc_bodies.jsonl').toString().trim().split('\n');
    const kinds = lines.map((line) => readAlert(Buffer.from((JSON.parse(line) as { content: string }).content)).kind);
    expect(kinds).toHaveLength(15);
    expect(new Set(kinds)).toEqual(new Set(['heartbeat', 'other']));
  });

  test.each([
    ['alert_duration_fielddetection.xml', 'duration'],
    ['alert_fielddetection_vehicle_targetrect.xml', 'fielddetection'],
    ['alert_psia_namespace_nvr.xml', 'fielddetection'],
  ])('%s is a %s event without a plate', (name, eventType) => {
    expect(readAlert(sample(name))).toMatchObject({ kind: 'other', eventType });
  });

  test('a lost video signal is no heartbeat', () => {
    const videoloss = (state: string) => event(`<eventType>videoloss</eventType><eventState>${state}</eventState>`);
    expect(readAlert(videoloss('inactive')).kind).toBe('heartbeat');
    expect(readAlert(videoloss('active')).kind).toBe('other');
  });

  test('V5.4.5 sends a vehicle without a plate, and it is told apart', () => {
    expect(readAlert(event('<eventType>vehicledetection</eventType>')).kind).toBe('vehicle');
  });
});

describe('hostile documents are refused in a sentence', () => {
  test.each([
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY p "EVIL">]><EventNotificationAlert/>', 'DOCTYPE'],
    ['a cut document', '<EventNotificationAlert><ANPR><licensePlate>A1</licensePlate>', 'unclosed tag'],
    ['crossed tags', '<EventNotificationAlert><a><b></a></b></EventNotificationAlert>', 'close tag'],
    ['deep nesting', `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`, 'deep'],
    ['a flood of elements', `<EventNotificationAlert>${'<a/>'.repeat(9000)}</EventNotificationAlert>`, 'elements'],
    ['a megabyte of text', `<EventNotificationAlert>${'x'.repeat(1_000_000)}</EventNotificationAlert>`, 'bytes'],
    ['a login page', '<html><body>login</body></html>', 'root'],
    ['nothing', '   ', 'root element'],
    ['JSON that is cut', '{"eventType": "ANPR"', 'no JSON'],
  ])('%s', (_name, text, reason) => {
    expect(() => readAlert(Buffer.from(text))).toThrow(reason);
  });

  test('any bytes are read or refused, nothing else', () => {
    const tag = fc.constantFrom(
      '<EventNotificationAlert>',
      '</EventNotificationAlert>',
      '<ANPR>',
      '</ANPR>',
      '&#x0;',
      '<![CDATA[',
      ']]>',
      '{',
      '"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(tag, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 30 }), (pieces) => {
        let thrown: unknown = null;
        try {
          readAlert(Buffer.from(pieces.join(''), 'latin1'));
        } catch (error) {
          thrown = error;
        }
        expect(thrown === null || thrown instanceof GateError).toBe(true);
      }),
    );
  });
});
