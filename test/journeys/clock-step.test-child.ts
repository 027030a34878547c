// Preloaded (`--import`) into a process whose machine's clock a test sets: at SIGUSR2 it is moved by as many milliseconds as
// the file of GATE_TEST_CLOCK_STEP says.
//
// For the process that is a step of the machine's clock: JavaScript sees that clock by Date alone, while timers and
// performance.now() run on the monotonic one, which a step leaves as it is. The machine's own clock would be everybody's.
import { readFileSync } from 'node:fs';

const { now } = Date;
let stepMs = 0;
const stepped = () => now() + stepMs;

process.on('SIGUSR2', () => {
  stepMs = Number(readFileSync(process.env.GATE_TEST_CLOCK_STEP ?? '', 'utf8'));
});
globalThis.Date = new Proxy(Date, {
  construct: (target, given, asked) => Reflect.construct(target, given.length === 0 ? [stepped()] : given, asked),
  get: (target, name) => (name === 'now' ? stepped : Reflect.get(target, name)),
});
