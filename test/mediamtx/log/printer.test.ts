import { expect, test } from 'vitest';
import { createPrinter } from './printer.ts';

function printed(isStructured: boolean, message: string): string {
  const lines: string[] = [];
  createPrinter({ logLevel: 'info', isStructured, write: (line) => void lines.push(line) })('WAR', message);
  return lines.join('');
}

test('a structured line is JSON until a message holds a control character', () => {
  expect(JSON.parse(printed(true, 'stream "a" is\nready'))).toMatchObject({
    level: 'WAR',
    message: 'stream "a" is\nready',
  });
  const line = printed(true, 'a\u001b[31mred\u0007');
  expect(line).toContain('"message":"a\\x1b[31mred\\a"}');
  expect(() => JSON.parse(line)).toThrow();
});

test('a plain line has the local time and three letters', () => {
  expect(printed(false, 'shutting down')).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d WAR shutting down\n$/);
});
