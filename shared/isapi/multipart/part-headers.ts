export type PartHeaders = {
  /** Lower-case media type without parameters; '' when the part has none. */
  contentType: string;
  /** What the part claims its body to be, in bytes; null without a usable Content-Length. Cameras lie (ISAPI.md 3.2). */
  contentLength: number | null;
  name: string;
  filename: string;
  contentId: string;
};

export const NO_HEADERS: PartHeaders = { contentType: '', contentLength: null, name: '', filename: '', contentId: '' };

/** Largest length anybody may claim: ten digits. */
const LENGTH = /^\d{1,10}$/;

/** Reads a header block without its closing blank line; order, case and unknown headers do not matter. */
export function readPartHeaders(block: string): PartHeaders {
  const headers = { ...NO_HEADERS };
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).trim().toLowerCase()) {
      case 'content-type':
        headers.contentType = (value.split(';')[0] ?? '').trim().toLowerCase();
        break;
      case 'content-length':
        headers.contentLength = LENGTH.test(value) ? Number(value) : null;
        break;
      case 'content-id':
        headers.contentId = value.replace(/^<|>$/g, '');
        break;
      case 'content-disposition':
        headers.name = parameter(value, 'name');
        headers.filename = parameter(value, 'filename');
        break;
    }
  }
  return headers;
}

function parameter(value: string, name: string): string {
  const match = new RegExp(`(?:^|[;\\s])${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(value);
  return match?.[1] ?? match?.[2] ?? '';
}

/** Where a header block ends: `text` before the blank line, `next` after it. */
export function headerBlock(bytes: Buffer, from: number): { text: string; next: number } | null {
  if (bytes[from] === 0x0a) return { text: '', next: from + 1 };
  if (bytes[from] === 0x0d && bytes[from + 1] === 0x0a) return { text: '', next: from + 2 };
  for (let lf = bytes.indexOf(0x0a, from); lf !== -1; lf = bytes.indexOf(0x0a, lf + 1)) {
    if (bytes[lf + 1] === 0x0a) return { text: bytes.toString('latin1', from, lf), next: lf + 2 };
    if (bytes[lf + 1] === 0x0d && bytes[lf + 2] === 0x0a) {
      return { text: bytes.toString('latin1', from, lf), next: lf + 3 };
    }
  }
  return null;
}
