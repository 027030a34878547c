import { describe, expect, it } from 'vitest';
import { readResponseStatus } from './response-status.ts';

const status = (code: number | string, sub: string, extra = '') =>
  Buffer.from(
    `<ResponseStatus version="1.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><requestURL>null</requestURL><statusCode>${code}</statusCode><statusString>S</statusString><subStatusCode>${sub}</subStatusCode>${extra}</ResponseStatus>`,
  );

describe('a ResponseStatus', () => {
  it.each([0, 1, 7])('with code %i is a success', (code) => {
    expect(readResponseStatus(status(code, 'ok')).succeeded).toBe(true);
  });

  it.each([2, 3, 4, 5, 6, 99, ''])('with code "%s" is none', (code) => {
    expect(readResponseStatus(status(code, 'notSupport')).succeeded).toBe(false);
  });

  it('is busy by its code or its reason', () => {
    expect(readResponseStatus(status(2, '')).busy).toBe(true);
    expect(readResponseStatus(status(3, 'deviceBusy')).busy).toBe(true);
    expect(readResponseStatus(status(3, 'deviceError')).busy).toBe(false);
  });

  it('is locked by its hexadecimal code', () => {
    expect(readResponseStatus(status(4, 'x', '<MErrCode>0x4000A3E9</MErrCode>')).locked).toBe(true);
    expect(readResponseStatus(status(4, 'x', '<MErrCode>0x40000003</MErrCode>')).locked).toBe(false);
  });

  it('without any status is refused', () => {
    expect(() => readResponseStatus(Buffer.from('<ResponseStatus/>'))).toThrow(/it has no status/);
  });
});
