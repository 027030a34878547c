// The body of PATCH: candidates that a viewer found after its offer (RFC 8840). The mid of each is mandatory.

export type Fragment = { candidates: { candidate: string; mid: string }[] } | { error: string };

export function readFragment(text: string): Fragment {
  const lines = text.split(/\r\n|\n/).filter((line) => line !== '');
  const broken = lines.find((line) => !/^[a-z]=/.test(line));
  // MediaMTX puts a description's head of 41 characters before the fragment and counts from there.
  if (broken !== undefined || lines.length === 0) {
    return { error: `sdp: syntax error at pos 42: "${broken?.[1] ?? ''}"` };
  }
  const candidates: { candidate: string; mid: string }[] = [];
  let mid: string | null = null;
  for (const line of lines) {
    if (line.startsWith('m=')) mid = null;
    if (line.startsWith('a=mid:')) mid = line.slice('a=mid:'.length);
    if (!line.startsWith('a=candidate:')) continue;
    if (mid === null) return { error: 'mid attribute is missing' };
    candidates.push({ candidate: line.slice('a='.length), mid });
  }
  return { candidates };
}
