// Settings in a file, by one reading: systemd's (systemd.exec(5), EnvironmentFile=), as that is what the services get.
// What other readers of an .env (dotenv, Node) take for another value is refused: a password that is read in two ways costs
// a login.
import { linesInForeignQuotes } from './foreign-quotes.ts';

/** `dotenv`: an application's .env, some lines of which are ours; `systemd`: the file that it reads itself. */
export type FileKind = 'dotenv' | 'systemd';
export type Setting = { name: string; value: string };
/** `mistakes`: sentences that begin with the line's number; no value is in them. */
type FoundSettings = { settings: Setting[]; mistakes: string[] };

/** The bridge shall not hold the application's other secrets, nor run Node by what suits another program. */
const OURS = /^(?!NODE_OPTIONS\b)(GATE|AWS|MEDIAMTX|NODE)_/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const EXPORT = /^export[ \t]+/;
const BYTE_ORDER_MARK = '\uFEFF';
const LINE_END = /\r\n|\r|\n/;
const COMMENT = /^[ \t]*[#;]/;
const COMMENT_BEHIND = /(^|[ \t])#/;
const CONTROL_CHARACTER = /(?!\t)\p{Cc}/u;
const DOUBLE_QUOTED = /^"((?:[^"\\]|\\.)*)"(.*)$/su;
const SINGLE_QUOTED = /^'([^']*)'(.*)$/su;
/** In double quotes a backslash is taken away before these only. */
const ESCAPED = /\\(["\\`$])/g;
const BARE = /^[A-Za-z0-9_.,:/@%+=-]*$/;

const MISTAKES = {
  comment: 'ends in a backslash, by which an older systemd takes the next line for a part of the comment',
  export: 'systemd knows no export',
  noEquals: 'there is no = behind its name',
  noName: 'what stands before the = is no name of letters, digits and _',
  control: 'there is a control character in its value',
  edge: 'its value begins or ends with a blank that only some readers leave out',
  backslash: 'systemd leaves a backslash outside quotes out, others keep it; put the value in single quotes',
  escape: 'a backslash in double quotes is read in more than one way; put the value in single quotes',
  commentBehind:
    'systemd takes a comment behind a value for a part of it, others do not; give it a line of its own, or put the value in single quotes',
  hash: 'others take a # for the beginning of a comment; put the value in single quotes',
  backtick: 'others take a backtick for a quote or a command; put the value in single quotes',
  openQuote: 'its quote is not closed on the line, and systemd takes the next lines for a part of the value',
  behindQuote:
    'systemd takes what stands behind the closing quote for a part of the value; a comment needs a line of its own',
} as const;
type Mistake = { mistake: keyof typeof MISTAKES };

export function readSettings(text: string, kind: FileKind): FoundSettings {
  const found: FoundSettings = { settings: [], mistakes: [] };
  const numbers = new Map<string, { value: string; number: number }>();
  const lines = (kind === 'dotenv' && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split(LINE_END);
  const quoted = kind === 'dotenv' ? linesInForeignQuotes(lines, isOurs) : new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const refuse = (why: string) => found.mistakes.push(`line ${number}: ${why}`);
    const read = readLine(line, kind);
    if (read === null) continue;
    const opening = quoted.get(index);
    const before = 'value' in read ? numbers.get(read.name) : undefined;
    if (opening !== undefined) {
      refuse(
        `it stands in the quotes that line ${opening + 1} opens, and some readers take it for a part of that value`,
      );
    } else if (!('value' in read)) {
      refuse(`${read.name}${MISTAKES[read.mistake]}`);
    } else if (before && before.value !== read.value) {
      refuse(`${read.name}: line ${before.number} gives it another value; leave one of the two`);
    } else {
      found.settings.push({ name: read.name, value: read.value });
      numbers.set(read.name, { value: read.value, number });
    }
  }
  return found;
}

const isOurs = (line: string) => OURS.test(nameOf(line).name);

/** `left`: all that stands before the =. */
function nameOf(line: string): { left: string; name: string } {
  const left = withoutBlanks(line.split('=', 1)[0] ?? '');
  return { left, name: left.replace(EXPORT, '') };
}

/** One line that every reader reads the same way, as long as no single quote is in the value; systemd does in any case. */
export function settingLine({ name, value }: Setting): string {
  if (BARE.test(value)) return `${name}=${value}`;
  if (!value.includes("'")) return `${name}='${value}'`;
  return `${name}="${value.replace(/["\\`$]/g, '\\$&')}"`;
}

/** Null: no setting, or none of ours. */
function readLine(line: string, kind: FileKind): Setting | (Mistake & { name: string }) | null {
  if (line.trim() === '') return null;
  if (COMMENT.test(line)) {
    return kind === 'systemd' && line.endsWith('\\') ? { name: 'a comment ', mistake: 'comment' } : null;
  }
  const [, ...behind] = line.split('=');
  const { left, name } = nameOf(line);
  if (kind === 'dotenv' && !OURS.test(name)) return null;
  // Where a = is missing, the value may stand on its left.
  const named = `${/^\w*/.exec(name)?.[0]}: `;
  if (kind === 'systemd' && name !== left) return { name: named, mistake: 'export' };
  if (behind.length === 0) return { name: named, mistake: 'noEquals' };
  if (!NAME.test(name)) return { name: '', mistake: 'noName' };
  const value = readValue(withoutBlanks(behind.join('=')), kind);
  return typeof value === 'string' ? { name, value } : { name: named, ...value };
}

function readValue(written: string, kind: FileKind): string | Mistake {
  if (CONTROL_CHARACTER.test(written)) return { mistake: 'control' };
  if (written.trim() !== written) return { mistake: 'edge' };
  if (written.startsWith('"') || written.startsWith("'")) return readQuoted(written, kind);
  if (written.includes('\\')) return { mistake: 'backslash' };
  if (COMMENT_BEHIND.test(written)) return { mistake: 'commentBehind' };
  if (kind === 'dotenv' && written.includes('#')) return { mistake: 'hash' };
  if (kind === 'dotenv' && written.includes('`')) return { mistake: 'backtick' };
  return written;
}

function readQuoted(written: string, kind: FileKind): string | Mistake {
  const isDouble = written.startsWith('"');
  const [, inside, behind] = (isDouble ? DOUBLE_QUOTED : SINGLE_QUOTED).exec(written) ?? [];
  if (inside === undefined) return { mistake: 'openQuote' };
  if (behind !== '') return { mistake: 'behindQuote' };
  if (!isDouble) return inside;
  if (kind === 'dotenv' && inside.includes('`')) return { mistake: 'backtick' };
  // Those that systemd takes away itself are what we keep such values by.
  if ((kind === 'dotenv' ? inside : inside.replace(ESCAPED, '')).includes('\\')) return { mistake: 'escape' };
  return inside.replace(ESCAPED, '$1');
}

/** systemd's blanks; a no-break space is none. */
function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}
