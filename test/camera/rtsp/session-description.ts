import type { Clip } from './clip.ts';

export type SdpForm = 'h264' | 'no-packetization-mode' | 'h265';

/** Parameter sets of an H.265 stream that nobody will be sent. */
const H265_SETS =
  'sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwB4mZgJ; sprop-sps=QgEBAWAAAAMAkAAAAwAAAwB4oAPAgBDllmZpJMrgEAAAAwAQAAADAZCA; sprop-pps=RAHBcrRiQA==';

/** What DESCRIBE answers; lines as this camera writes them. */
export function sessionDescription(url: string, clip: Clip, form: SdpForm): string {
  return [
    'v=0',
    'o=- 1109162014219182 1109162014219192 IN IP4 127.0.0.1',
    's=Media Presentation',
    'e=NONE',
    't=0 0',
    'a=control:*',
    'm=video 0 RTP/AVP 96',
    'c=IN IP4 0.0.0.0',
    form === 'h265' ? 'a=rtpmap:96 H265/90000' : 'a=rtpmap:96 H264/90000',
    `a=fmtp:96 ${form === 'h265' ? H265_SETS : h264Parameters(clip, form)}`,
    `a=control:${url}/trackID=1`,
    'a=recvonly',
    '',
  ].join('\r\n');
}

function h264Parameters({ sps, pps }: Clip, form: SdpForm): string {
  const mode = form === 'h264' ? 'packetization-mode=1; ' : '';
  const level = sps.subarray(1, 4).toString('hex').toUpperCase();
  return `profile-level-id=${level}; ${mode}sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`;
}
