export type RtspRequest = {
  method: string;
  /** As sent. */
  url: string;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
};

const INTERLEAVED = 0x24;
const INTERLEAVED_HEAD_BYTES = 4;
const MAX_REQUEST_BYTES = 16 * 1024;
const END = '\r\n\r\n';

/** Takes requests out of a connection's bytes; RTCP between them is skipped. Null for what no client sends. */
export function rtspRequestReader(): (chunk: Buffer) => RtspRequest[] | null {
  let kept: Buffer = Buffer.alloc(0);

  /** Bytes of the interleaved frame or the request at the front; 0 while it is not whole. */
  function whole(): number {
    if (kept[0] === INTERLEAVED) {
      const length = kept.length < INTERLEAVED_HEAD_BYTES ? 0 : INTERLEAVED_HEAD_BYTES + kept.readUInt16BE(2);
      return kept.length < length ? 0 : length;
    }
    const head = kept.indexOf(END);
    if (head === -1) return 0;
    const body = Number(/^content-length:\s*(\d{1,6})\s*$/im.exec(kept.toString('latin1', 0, head))?.[1] ?? 0);
    const length = head + END.length + body;
    return kept.length < length ? 0 : length;
  }

  return (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    const requests: RtspRequest[] = [];
    for (let length = whole(); length > 0; length = whole()) {
      if (kept[0] !== INTERLEAVED) {
        const request = requestOf(kept.toString('utf8', 0, kept.indexOf(END)));
        if (request === null) return null;
        requests.push(request);
      }
      kept = kept.subarray(length);
    }
    return kept[0] !== INTERLEAVED && kept.length > MAX_REQUEST_BYTES ? null : requests;
  };
}

function requestOf(head: string): RtspRequest | null {
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, url] = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(first) ?? [];
  if (method === undefined || url === undefined) return null;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method, url, headers: new Map(headers) };
}
