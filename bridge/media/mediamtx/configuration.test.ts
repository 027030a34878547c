import { describe, expect, test } from 'vitest';
import { configurationText, type MediaMtxSettings } from './configuration.ts';
import type { Version } from './version.ts';

const SETTINGS: MediaMtxSettings = {
  ports: { api: 9997, webrtc: 8889, hls: 8888, rtsp: 8554, media: 8189 },
  hookUrl: 'http://127.0.0.1:9990/auth',
  rtspHost: '127.0.0.1',
  mediaHosts: [],
};
const VERSIONS: Version[] = [
  [1, 16, 1],
  [1, 18, 1],
  [1, 19, 0],
  [1, 20, 1],
];

function configurationOf(version: Version, settings: Partial<MediaMtxSettings> = {}): Record<string, unknown> {
  return JSON.parse(configurationText(version, { ...SETTINGS, ...settings }));
}

describe.each(VERSIONS)('the configuration for MediaMTX %i.%i.%i', (...version) => {
  test('lets nothing listen beyond this machine but the media', () => {
    const listening = Object.entries(configurationOf(version)).filter(([key]) => key.endsWith('Address'));
    const open = listening.filter(([, address]) => !String(address).includes('127.0.0.1'));
    expect(Object.fromEntries(open)).toEqual({ webrtcLocalUDPAddress: ':8189', webrtcLocalTCPAddress: ':8189' });
  });

  test('has off what nobody asked for', () => {
    const { rtmp, srt, playback, pprof, metrics } = configurationOf(version);
    expect({ rtmp, srt, playback, pprof, metrics }).toEqual({
      rtmp: false,
      srt: false,
      playback: false,
      pprof: false,
      metrics: false,
    });
  });

  test('knows no path that somebody could publish to, and no password', () => {
    // A name without a source is one to publish to; the hook, which is asked about all, lets nobody.
    expect(JSON.stringify(configurationOf(version).paths)).toMatch(/^\{"~[^"]+":\{\}\}$/);
    expect(configurationText(version, SETTINGS)).not.toMatch(/all_others|pass|rtsp:\/\//i);
  });

  test('asks the hook about every reader, and about nothing but the API it does not', () => {
    const { authMethod, authHTTPAddress, authHTTPExclude } = configurationOf(version);
    expect({ authMethod, authHTTPAddress, authHTTPExclude }).toEqual({
      authMethod: 'http',
      authHTTPAddress: 'http://127.0.0.1:9990/auth',
      authHTTPExclude: [{ action: 'api' }],
    });
  });

  test('sends no CORS headers: the door does', () => {
    const { webrtcAllowOrigins, hlsAllowOrigins, apiAllowOrigins } = configurationOf(version);
    expect([webrtcAllowOrigins, hlsAllowOrigins, apiAllowOrigins]).toEqual([[], [], []]);
  });
});

describe('what differs', () => {
  test('MoQ is forbidden where it exists, and not mentioned where that would be fatal', () => {
    const said = VERSIONS.map((version) => configurationOf(version).moq);
    expect(said).toEqual([undefined, undefined, false, false]);
  });

  test('a public address takes the place of those of the interfaces', () => {
    const { webrtcIPsFromInterfaces, webrtcAdditionalHosts } = configurationOf([1, 16, 1], {
      mediaHosts: ['203.0.113.7'],
    });
    expect({ webrtcIPsFromInterfaces, webrtcAdditionalHosts }).toEqual({
      webrtcIPsFromInterfaces: false,
      webrtcAdditionalHosts: ['203.0.113.7'],
    });
    expect(configurationOf([1, 16, 1]).webrtcIPsFromInterfaces).toBe(true);
  });

  test('the re-stream goes beyond this machine only when it is told to, by IPv6 too', () => {
    expect(configurationOf([1, 16, 1]).rtspAddress).toBe('127.0.0.1:8554');
    expect(configurationOf([1, 16, 1], { rtspHost: '0.0.0.0' }).rtspAddress).toBe('0.0.0.0:8554');
    expect(configurationOf([1, 16, 1], { rtspHost: '::' }).rtspAddress).toBe('[::]:8554');
  });
});
