// Lines on stdout in both of MediaMTX's forms (MEDIAMTX.md 8).
import { goQuote } from './go-quote.ts';

const LEVELS = ['DEB', 'INF', 'WAR', 'ERR'] as const;
export type Level = (typeof LEVELS)[number];
/** Prints one line; parts of the server wrap it to put their name in front. */
export type Print = (level: Level, message: string) => void;

const LEVEL_NAMES: Readonly<Record<string, Level>> = { debug: 'DEB', info: 'INF', warn: 'WAR', error: 'ERR' };

export type PrinterDeps = {
  /** `debug`, `info`, `warn` or `error`. */
  logLevel: string;
  isStructured: boolean;
  write: (line: string) => void;
};

export function createPrinter({ logLevel, isStructured, write }: PrinterDeps): Print {
  const least = LEVELS.indexOf(LEVEL_NAMES[logLevel] ?? 'INF');
  const line = isStructured ? structuredLine : plainLine;
  return (level, message) => {
    if (LEVELS.indexOf(level) >= least) write(line(level, message));
  };
}

export function under(print: Print, name: string): Print {
  return (level, message) => print(level, `${name} ${message}`);
}

function structuredLine(level: Level, message: string): string {
  return `{"timestamp":"${new Date().toISOString()}","level":"${level}","message":${goQuote(message)}}\n`;
}

/** Local time without a zone. */
export function plainLine(level: Level, message: string): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${day} ${time} ${level} ${message}\n`;
}
