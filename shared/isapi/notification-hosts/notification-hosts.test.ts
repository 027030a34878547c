import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../../support/errors.ts';
import { readNotificationHost, readNotificationHosts } from './notification-host.ts';
import { differences, pushTargetOf } from './push-target.ts';
import { withTarget } from './with-target.ts';

const sample = (name: string) => readFileSync(new URL(`../../../test/samples/${name}`, import.meta.url));
const THREE = sample('httphosts_ipc_three_slots.xml');
const SINGLE = sample('httphosts_single_slot.xml');
const TARGET = pushTargetOf('http://192.0.2.9:8123/api/gate/anpr-event/?a=1&b=2');

const slot = (inside: string, root = '<HttpHostNotification version="2.0">') =>
  Buffer.from(`${root}${inside}</${/^<([\w:]+)/.exec(root)?.[1]}>`);
const USUAL =
  '<id>1</id><url>/x</url><protocolType>HTTP</protocolType><addressingFormatType>ipaddress</addressingFormatType><ipAddress>0.0.0.0</ipAddress><portNo>0</portNo>';

describe('the camera’s listening slots', () => {
  test('three of them, one in use', () => {
    expect(readNotificationHosts(THREE)).toMatchObject([
      { id: '1', isUsed: true, host: '1.0.0.20', port: 8123, path: '/api/hikvision', protocol: 'HTTP', logsIn: false },
      { id: '2', isUsed: false },
      { id: '3', isUsed: false },
    ]);
  });

  test('one alone is a list too', () => {
    expect(readNotificationHosts(SINGLE)).toHaveLength(1);
    expect(readNotificationHost(SINGLE)).toMatchObject({ id: '1', host: '1.0.0.20' });
    expect(() => readNotificationHost(THREE)).toThrow(Rejected);
  });

  test('a slot by name, with a login and with pictures left out', () => {
    const text = `<id>2</id><url>/y</url><protocolType>HTTPS</protocolType><addressingFormatType>hostname</addressingFormatType><hostName>api.example.com</hostName><ipAddress>0.0.0.0</ipAddress><portNo>443</portNo><httpAuthenticationMethod>MD5digest</httpAuthenticationMethod><ANPR><detectionUpLoadPicturesType>notUpload</detectionUpLoadPicturesType></ANPR>`;
    expect(readNotificationHost(slot(text))).toEqual({
      id: '2',
      protocol: 'HTTPS',
      host: 'api.example.com',
      port: 443,
      path: '/y',
      isUsed: true,
      logsIn: true,
      pictures: 'notUpload',
    });
  });

  test('any bytes are read or refused', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string().map((text) => slot(text)),
    );
    fc.assert(
      fc.property(bytes, (text) => {
        try {
          expect(readNotificationHost(text).id).toBeTypeOf('string');
        } catch (error) {
          expect(error).toBeInstanceOf(Rejected);
        }
      }),
    );
  });
});

describe('a slot with another target', () => {
  test('differs in the texts that say where to, and in no other byte', () => {
    const before = SINGLE.toString();
    const after = withTarget(SINGLE, TARGET).toString();
    expect(after).toBe(
      before
        .replace('<url>/api/hikvision</url>', '<url>/api/gate/anpr-event/?a=1&amp;b=2</url>')
        .replace('<ipAddress>1.0.0.20</ipAddress>', '<ipAddress>192.0.2.9</ipAddress>'),
    );
    expect(differences(readNotificationHost(Buffer.from(after)), TARGET)).toEqual([]);
  });

  test('set twice is the same as once', () => {
    const once = withTarget(SINGLE, TARGET);
    expect(withTarget(once, TARGET).equals(once)).toBe(true);
  });

  test('by name takes the address’s place, since a camera stores 0.0.0.0 where type and element disagree', () => {
    const named = withTarget(slot(USUAL), pushTargetOf('https://api.example.com/p'));
    expect(named.toString()).toContain(
      '<addressingFormatType>hostname</addressingFormatType><hostName>api.example.com</hostName><portNo>443</portNo>',
    );
    expect(readNotificationHost(named)).toMatchObject({ protocol: 'HTTPS', host: 'api.example.com', port: 443 });
    const back = withTarget(named, pushTargetOf('http://[2001:db8::7]/p')).toString();
    expect(back).toContain('ipaddress</addressingFormatType><ipv6Address>2001:db8::7</ipv6Address>');
  });

  test('keeps prefixes, empty elements, blanks and the order', () => {
    const text = slot(
      `\r\n <h:portNo >0</h:portNo >\r\n <h:url/><h:id>1</h:id><h:protocolType></h:protocolType>\t<h:addressingFormatType>ipaddress</h:addressingFormatType><h:ipAddress /><x xmlns="u">&amp;<url>nested</url></x>`,
      '<h:HttpHostNotification xmlns:h="urn:h">',
    );
    expect(withTarget(text, pushTargetOf('http://192.0.2.9/p')).toString()).toBe(
      text
        .toString()
        .replace('<h:portNo >0<', '<h:portNo >80<')
        .replace('<h:url/>', '<h:url>/p</h:url>')
        .replace('<h:protocolType></', '<h:protocolType>HTTP</')
        .replace('<h:ipAddress />', '<h:ipAddress>192.0.2.9</h:ipAddress>'),
    );
  });

  test('sends nobody else’s login to us, and sends the pictures along', () => {
    const text = `${USUAL}<userName>somebody</userName><httpAuthenticationMethod>basic</httpAuthenticationMethod><ANPR><detectionUpLoadPicturesType>notUpload</detectionUpLoadPicturesType></ANPR><enabled>false</enabled>`;
    const after = withTarget(slot(text), TARGET).toString();
    expect(after).toContain('<httpAuthenticationMethod>none<');
    expect(after).toContain('<detectionUpLoadPicturesType>all<');
    expect(after).toContain('<enabled>true<');
    expect(after).toContain('<userName>somebody<');
  });

  test.each([
    ['of several slots at once', THREE],
    ['without a port', slot(USUAL.replace('<portNo>0</portNo>', ''))],
    ['without any address', slot(USUAL.replace('<ipAddress>0.0.0.0</ipAddress>', ''))],
    ['that is cut short', SINGLE.subarray(0, 300)],
    ['with a DOCTYPE', Buffer.concat([Buffer.from('<!DOCTYPE x>'), slot(USUAL)])],
    ['that is not UTF-8', Buffer.concat([slot(USUAL), Buffer.from([0xff])])],
  ])('is refused for a document %s', (_name, bytes) => {
    expect(() => withTarget(bytes, TARGET)).toThrow(Rejected);
  });

  test('whatever the extras are, they come through and the target is read back', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '京', ' ', '\r\n', '-', "'") });
    const hosts = fc.constantFrom('192.0.2.9', 'api.example.com', '[2001:db8::7]');
    fc.assert(
      fc.property(texts, texts, hosts, fc.integer({ min: 1, max: 65_535 }), (one, other, host, port) => {
        const target = pushTargetOf(`http://${host}:${port}/api/gate/anpr-event/`);
        const before = slot(
          `${one.replace(/\S/g, ' ')}${USUAL}<deviceName>${one}</deviceName><!--${other.replaceAll('-', '')}-->`,
        );
        const after = withTarget(before, target);
        expect(differences(readNotificationHost(after), target)).toEqual([]);
        expect(after.toString()).toContain(`<deviceName>${one}</deviceName>`);
      }),
    );
  });
});

describe('a URL to push to', () => {
  test.each(['ftp://x/y', 'no url', 'http://u:p@x/y', 'http://x/y#z', `http://x/${'y'.repeat(200)}`])(
    '%s is refused',
    (url) => {
      expect(() => pushTargetOf(url)).toThrow(Rejected);
    },
  );

  test('is never repeated in the refusal: its path may be a secret', () => {
    expect(() => pushTargetOf(`http://x/${'secret'.repeat(40)}`)).toThrow(/^(?!.*secretsecret)/);
  });
});
