import { expect, test } from 'vitest';
import { HELP, readArguments } from './arguments.ts';
import { EXIT_CODES } from './doctor-document.ts';

test('without any, everything is looked at and nothing written', () => {
  expect(readArguments([])).toEqual({
    help: false,
    camera: null,
    token: null,
    sendsTestRead: false,
    watchMs: 6_000,
    json: false,
    bundle: null,
    setUpWebhook: null,
    restore: null,
  });
});

test.each([
  [['--camera', 'GATE 1'], '--camera'],
  [['--slot', '0x1', '--set-up-webhook'], '--slot'],
  [['--set-up-webhook', '--restore', 'a.xml'], 'exclude each other'],
  [['--pasword', 'x'], '--pasword'],
  [['--watch', '-1'], '--watch'],
  // Nothing keeps the session alive meanwhile, and the camera would be blamed for its end.
  [['--watch', '51'], '--watch'],
  [['stray'], 'stray'],
  [['--folder', '.'], '--folder'],
  [['--logs', 'x'], '--bundle'],
  [['--restore', 'a.xml', '--send-test-read'], '--send-test-read'],
])('%j is refused by name', (args, name) => {
  expect(() => readArguments(args)).toThrow(name);
});

test('every option that the help names is one, and the other way round', () => {
  const named = [...HELP.matchAll(/^ +(--[a-z-]+)(?: <(\w+)>)?/gm)];
  expect(named.length).toBeGreaterThan(12);
  for (const [, option = '', value] of named) {
    const beside = /^--(webhook-url|slot|folder|yes)$/.test(option)
      ? ['--set-up-webhook']
      : /^--(logs|with-addresses)$/.test(option)
        ? ['--bundle', 'b']
        : [];
    const worth = value === 'n' || value === 'seconds' ? '1' : value === 'id' ? 'gate' : 'x';
    expect(() => readArguments([...beside, option, ...(value ? [worth] : [])])).not.toThrow();
  }
});

test('every exit code that a document can end with stands in the help', () => {
  const [, told = ''] = HELP.split('Exit code:');
  for (const code of Object.values(EXIT_CODES)) expect(told).toMatch(new RegExp(`\\b${code}\\b`));
});
