// Samples that are no events: what a camera answers, each read by the parser that reads such an answer.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'vitest';
import * as z from 'zod';
import { errorIn } from '../../shared/isapi/answer.ts';
import { readDeviceInfo } from '../../shared/isapi/device-info.ts';
import { readAs, Text } from '../../shared/isapi/document.ts';
import { readRefusal } from '../../shared/isapi/guard/refusal.ts';
import { httpTransport, readBody } from '../../shared/isapi/transport.ts';
import { readUserCheck } from '../../shared/isapi/user-check.ts';

/** What one sample file says, and the proof. */
export type Sample = { says: string; check: (bytes: Buffer) => void | Promise<void> };

const Host = z.object({ id: Text, ipAddress: Text, portNo: Text, url: Text });
const Hosts = z.object({ HttpHostNotification: z.array(Host) });
const hostsOf = (bytes: Buffer) =>
  readAs(bytes, { roots: ['HttpHostNotificationList'], lists: ['HttpHostNotification'] }, Hosts).HttpHostNotification;

export const DOCUMENT_SAMPLES: Record<string, Sample> = {
  'deviceinfo_ipc_v5_7.xml': {
    says: 'is a firmware that sends plates',
    check: (bytes) =>
      expect(readDeviceInfo(bytes)).toMatchObject({
        model: 'DS-2CD2386G2-IU',
        firmware: 'V5.7.18 build 240826',
        firmwareVersion: [5, 7, 18],
        firmwareNote: null,
      }),
  },
  'http401_basic_rejected_usercheck.http': {
    says: 'offers only Digest after a Basic try, and does not say how many tries are left',
    check: async (bytes) => {
      const server = createServer((socket) => socket.once('data', () => socket.end(bytes))).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = z.object({ port: z.number() }).parse(server.address());
      const address = { host: '127.0.0.1', httpPort: port };
      const request = { address, method: 'GET', path: '/ISAPI/System/time', headers: {}, headerTimeoutMs: 5_000 };
      const response = await httpTransport().open(request);
      const body = await readBody(response, { maxBytes: 1_000, timeoutMs: 5_000 });
      server.close();
      expect([response.statusCode, body.length]).toEqual([401, 138]);
      const refusal = readRefusal(response.headers['www-authenticate'], body);
      expect(refusal).toMatchObject({
        isLocked: false,
        isStale: false,
        isOldNonce: false,
        notice: { triesLeft: null },
      });
      expect(refusal.challenges).toMatchObject([{ scheme: 'digest', qop: 'auth', opaque: '', algorithm: 'MD5' }]);
      expect(refusal.challenges[0]).toMatchObject({ nonce: expect.stringContaining(':') });
    },
  },
  'usercheck_401_unlocked_4_left.xml': {
    says: 'is a wrong password with four tries left',
    check: (bytes) =>
      expect(readUserCheck(bytes)).toEqual({ accepted: false, locked: false, unlockSeconds: null, triesLeft: 4 }),
  },
  'responsestatus_3_deviceError.xml': {
    says: "is an error in a picture's place, whatever the status of the answer",
    check: (body) => {
      const answer = { status: 200, contentType: 'application/xml', body };
      expect(errorIn(answer, 'fetch a picture')).toMatchObject({
        code: 'camera_refused',
        subStatusCode: 'deviceError',
      });
    },
  },
  'responsestatus_6_badXmlContent.xml': {
    says: "is an error in a picture's place, whatever the status of the answer",
    check: (body) => {
      const answer = { status: 200, contentType: 'application/xml', body };
      expect(errorIn(answer, 'fetch a picture')).toMatchObject({
        code: 'camera_refused',
        subStatusCode: 'badXmlContent',
      });
    },
  },
  'event_triggers_ipc.xml': {
    says: 'begins with an empty line, and links eight events of seventeen to the stream',
    check: (bytes) => {
      const Method = z.object({ notificationMethod: Text });
      const Methods = z.object({ EventTriggerNotification: z.array(Method).default([]) });
      const Trigger = z.object({ eventType: Text, EventTriggerNotificationList: z.union([Methods, z.literal('')]) });
      const shape = { roots: ['EventTriggerList'], lists: ['EventTrigger', 'EventTriggerNotification'] };
      const { EventTrigger: triggers } = readAs(bytes, shape, z.object({ EventTrigger: z.array(Trigger) }));
      const linked = triggers.filter(
        ({ EventTriggerNotificationList: list }) =>
          list !== '' &&
          list.EventTriggerNotification.some(({ notificationMethod }) => notificationMethod === 'center'),
      );
      expect([triggers.length, linked.length]).toEqual([17, 8]);
      expect(linked.map(({ eventType }) => eventType)).toContain('linedetection');
    },
  },
  'httphosts_ipc_three_slots.xml': {
    says: 'is one listening host and two unused slots',
    check: (bytes) => {
      const addresses = hostsOf(bytes).map(({ ipAddress, portNo }) => `${ipAddress}:${portNo}`);
      expect(addresses).toEqual(['1.0.0.20:8123', '0.0.0.0:80', '0.0.0.0:80']);
    },
  },
  'httphosts_single_slot.xml': {
    says: 'is a list even of one',
    check: (bytes) =>
      expect(hostsOf(bytes)).toEqual([{ id: '1', ipAddress: '1.0.0.20', portNo: '8123', url: '/api/hikvision' }]),
  },
  'plates_single_ver20.xml': {
    says: 'is a list of one plate, and no digit of its name or time is lost',
    check: (bytes) => {
      const Plate = z.object({ captureTime: Text, plateNumber: Text, picName: Text, country: Text, direction: Text });
      const { Plate: plates } = readAs(
        bytes,
        { roots: ['Plates'], lists: ['Plate'] },
        z.object({ Plate: z.array(Plate) }),
      );
      const [captureTime, picName] = ['20200424T1616270000', '202004241616278800'];
      expect(plates).toEqual([{ captureTime, picName, plateNumber: 'DK18TST', country: 'GBR', direction: 'forward' }]);
    },
  },
  'ptz_status_absolutehigh.xml': {
    says: 'is where the lens stands',
    check: (bytes) => {
      const High = z.object({ elevation: Text, azimuth: Text, absoluteZoom: Text });
      const { AbsoluteHigh } = readAs(bytes, { roots: ['PTZStatus'] }, z.object({ AbsoluteHigh: High }));
      expect(AbsoluteHigh).toEqual({ elevation: '0', azimuth: '450', absoluteZoom: '10' });
    },
  },
};
