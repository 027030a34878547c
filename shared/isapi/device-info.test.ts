import { describe, expect, it } from 'vitest';
import { readDeviceInfo } from './device-info.ts';

const deviceInfo = (model: string, firmware: string) =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<deviceName>gate 1</deviceName><model>${model}</model><serialNumber>0012345</serialNumber>
<macAddress>44:19:B6:00:00:01</macAddress>
<firmwareVersion>${firmware}</firmwareVersion><firmwareReleasedDate>build 170830</firmwareReleasedDate>
</DeviceInfo>`);

describe('what the camera says about itself', () => {
  it('is read with its firmware in numbers', () => {
    expect(readDeviceInfo(deviceInfo('DS-2CD4A26FWD-IZS/P', 'V5.4.7'))).toEqual({
      name: 'gate 1',
      model: 'DS-2CD4A26FWD-IZS/P',
      serialNumber: '0012345',
      macAddress: '44:19:b6:00:00:01',
      firmware: 'V5.4.7 build 170830',
      firmwareVersion: [5, 4, 7],
      firmwareNote: null,
    });
  });

  it.each(['V5.4.5', 'V5.3.99', 'V4.30.0'])('firmware %s is said to send no plates', (firmware) => {
    expect(readDeviceInfo(deviceInfo('DS-2CD4A26FWD', firmware)).firmwareNote).toMatch(/V5\.4\.7 or later/);
  });

  it.each(['V5.4.7', 'V5.4.41', 'V5.10.1', 'V6.0.0', '', 'build 9'])('firmware "%s" is not warned of', (firmware) => {
    expect(readDeviceInfo(deviceInfo('DS-2CD4A26FWD', firmware)).firmwareNote).toBeNull();
  });

  it('an entrance camera numbers its firmware in another way', () => {
    expect(readDeviceInfo(deviceInfo('iDS-TCM403-BI', 'V4.48.40')).firmwareNote).toBeNull();
  });
});
