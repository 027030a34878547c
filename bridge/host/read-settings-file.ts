import { readFileSync } from 'node:fs';
import { Rejected } from '../../shared/support/errors.ts';
import { type FileKind, readSettings, type Setting } from './environment-file.ts';

/** Throws Rejected that names every wrong line, and no value. */
export function readSettingsFile(path: string, kind: FileKind): Setting[] {
  const { settings, mistakes } = readSettings(textOf(path), kind);
  if (mistakes.length > 0) throw new Rejected('invalid_request', `could not read ${path}:\n${mistakes.join('\n')}`);
  return settings;
}

/** systemd takes nothing from a file that is no UTF-8. */
function textOf(path: string): string {
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Rejected('invalid_request', `could not read ${path}: it is no UTF-8 text`, { cause });
  }
}
