import type { Progress } from './download.ts';

const MEBIBYTE = 1024 * 1024;
const STEPS = 10;

type Output = { isTTY?: boolean; write(text: string): unknown };

/** A line that counts up on a terminal; elsewhere one line per tenth, so that a log stays short. */
export function progressOn(output: Output): Progress {
  let shown = '';
  return (received, total) => {
    const step = total === null ? Math.floor(received / (STEPS * MEBIBYTE)) : Math.floor((STEPS * received) / total);
    const amount = `${Math.floor(received / MEBIBYTE)} MiB${total === null ? '' : ` of ${Math.ceil(total / MEBIBYTE)} MiB`}`;
    const key = output.isTTY ? amount : String(step);
    if (key === shown) return;
    shown = key;
    output.write(output.isTTY ? `\r  ${amount} ` : `  ${amount}\n`);
    if (output.isTTY && received === total) output.write('\n');
  };
}
