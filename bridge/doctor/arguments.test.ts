import { expect, test } from 'vitest';
import { HELP, readArguments } from './arguments.ts';

test('without any, everything is looked at and nothing written', () => {
  expect(readArguments([])).toEqual({
    help: false,
    camera: null,
    token: null,
    sendsTestRead: false,
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
  [['stray'], 'stray'],
])('%j is refused by name', (args, name) => {
  expect(() => readArguments(args)).toThrow(name);
});

test('every option that the help names is one, and the other way round', () => {
  const named = [...HELP.matchAll(/^ +(--[a-z-]+)(?: <(\w+)>)?/gm)];
  expect(named.length).toBeGreaterThan(12);
  for (const [, option = '', value] of named) {
    const alone = option === '--restore' ? [] : ['--set-up-webhook'];
    const worth = value === 'n' ? '1' : value === 'id' ? 'gate' : 'x';
    expect(() => readArguments([...alone, option, ...(value ? [worth] : [])])).not.toThrow();
  }
});
