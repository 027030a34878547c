/** One element as the lines a camera sends: unindented, one tag or one text element a line. */
export function element(name: string, content: string | number | readonly string[]): string[] {
  if (typeof content === 'object') return [`<${name}>`, ...content, `</${name}>`];
  return [`<${name}>${escapeText(String(content))}</${name}>`];
}

/** A document's root with the attributes that every ISAPI document carries. */
export function root(name: string, namespace: XmlNamespace, children: readonly string[]): string[] {
  const { version, uri, prefix } = NAMESPACES[namespace];
  if (prefix !== '') {
    const inside = children.map((line) => line.replace(/<(\/?)(?=[A-Za-z])/g, `<$1${prefix}:`));
    return [`<${prefix}:${name} version="${version}" xmlns:${prefix}="${uri}">`, ...inside, `</${prefix}:${name}>`];
  }
  const declared = uri === '' ? '' : ` xmlns="${uri}"`;
  return [`<${name} version="${version}"${declared}>`, ...children, `</${name}>`];
}

/** The namespaces that cameras declare (ISAPI.md 3.3); `prefixed` binds the first one to a prefix. */
const NAMESPACES = {
  'hikvision-ver20': { version: '2.0', uri: 'http://www.hikvision.com/ver20/XMLSchema', prefix: '' },
  'hikvision-ver10': { version: '1.0', uri: 'http://www.hikvision.com/ver10/XMLSchema', prefix: '' },
  'std-cgi-ver10': { version: '1.0', uri: 'http://www.std-cgi.com/ver10/XMLSchema', prefix: '' },
  'std-cgi-ver20': { version: '2.0', uri: 'http://www.std-cgi.com/ver20/XMLSchema', prefix: '' },
  'isapi-ver20': { version: '2.0', uri: 'http://www.isapi.org/ver20/XMLSchema', prefix: '' },
  psia: { version: '1.0', uri: 'urn:psialliance-org', prefix: '' },
  none: { version: '2.0', uri: '', prefix: '' },
  prefixed: { version: '2.0', uri: 'http://www.hikvision.com/ver20/XMLSchema', prefix: 'hik' },
} as const;
export type XmlNamespace = keyof typeof NAMESPACES;

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
