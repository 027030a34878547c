import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { responseStatus } from './fake-camera.test-support.ts';
import { readRefusal } from './refusal.ts';

const bytes = (text: string) => Buffer.from(text);
const userCheck = (inside: string, namespace = '') =>
  `<userCheck${namespace}><statusValue>401</statusValue><statusString>Unauthorized</statusString>${inside}</userCheck>`;

describe('what a 401 says', () => {
  it.each([
    ['hikvision.com', ' version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"'],
    ['isapi.org', ' version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"'],
    ['no', ''],
  ])('tries left are read in the namespace %s', (_, namespace) => {
    const body = userCheck(
      '<lockStatus>unlock</lockStatus><unlockTime>0</unlockTime><retryLoginTime>4</retryLoginTime>',
      namespace,
    );
    expect(readRefusal(undefined, bytes(body))).toMatchObject({
      isLocked: false,
      isOldNonce: false,
      notice: { triesLeft: 4, unlockSeconds: null },
    });
  });

  it.each(['lock', 'locked', 'LOCK'])('lockStatus %s is locked, for as long as it says', (word) => {
    const body = userCheck(
      `<lockStatus>${word}</lockStatus><unlockTime>1200</unlockTime><retryLoginTime>0</retryLoginTime>`,
    );
    expect(readRefusal(undefined, bytes(body))).toMatchObject({
      isLocked: true,
      notice: { triesLeft: 0, unlockSeconds: 1200 },
    });
  });

  it.each(['deviceIsLocked', 'deviceLocked', 'userLocked'])('%s is locked', (word) => {
    expect(readRefusal(undefined, bytes(responseStatus(4, word)))).toMatchObject({ isLocked: true, isOldNonce: false });
  });

  it.each(['badAuthorization', 'userNamePasswordError'])('%s is about the password', (word) => {
    expect(readRefusal(undefined, bytes(responseStatus(4, word)))).toMatchObject({ isBadLogin: true, isLocked: false });
  });

  it('invalidOperation is an old nonce, in XML and JSON', () => {
    const json = '{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"invalidOperation","errorCode":1}';
    for (const body of [responseStatus(4, 'invalidOperation'), json, `{"ResponseStatus":${json}}`]) {
      expect(readRefusal(undefined, bytes(body))).toMatchObject({ isOldNonce: true, isStale: false });
    }
  });

  it('a locked camera is locked in JSON too', () => {
    const body = '{"userCheck":{"statusValue":401,"lockStatus":"lock","unlockTime":60,"retryLoginTime":0}}';
    expect(readRefusal(undefined, bytes(body))).toMatchObject({ isLocked: true, notice: { unlockSeconds: 60 } });
    const status = '{"statusCode":4,"errorCode":1073783785,"errorMsg":"x"}';
    expect(readRefusal(undefined, bytes(status))).toMatchObject({ isLocked: true });
  });

  it('a list named in the reason is no lock', () => {
    expect(readRefusal(undefined, bytes(responseStatus(4, 'blockListFull')))).toMatchObject({ isLocked: false });
    expect(readRefusal(undefined, bytes(responseStatus(4, 'deviceUnlocked')))).toMatchObject({ isLocked: false });
  });

  it('a web page, the minimal form and nothing say nothing', () => {
    for (const body of ['<!DOCTYPE html><html></html>', userCheck(''), '']) {
      expect(readRefusal('Basic realm="x"', bytes(body))).toMatchObject({
        isLocked: false,
        isOldNonce: false,
        isBadLogin: false,
        notice: { triesLeft: null, unlockSeconds: null },
      });
    }
  });

  it('any bytes are read without an error', () => {
    const part = fc.constantFrom(
      '<userCheck>',
      '</userCheck>',
      '<lockStatus>',
      'lock',
      '{"',
      '":',
      '<!DOCTYPE',
      '&#',
      '<a',
      '/>',
    );
    const soup = fc.array(part).map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), soup), (body) => {
        expect(readRefusal(undefined, body)).toHaveProperty('notice');
      }),
    );
  });
});
