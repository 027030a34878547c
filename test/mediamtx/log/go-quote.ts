// Go's strconv.Quote: close to a JSON string, but control characters become escapes that JSON does not know (MEDIAMTX.md 8).

const NAMED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

export function goQuote(text: string): string {
  const quoted = [...text].map((char) => NAMED[char] ?? (/\p{Cc}/u.test(char) ? hexEscape(char) : char));
  return `"${quoted.join('')}"`;
}

/** `\x1b` below 128, `\u0085` above. */
function hexEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
