import { openGate } from '/work/main/test/journeys/gate.fixture.ts';
import { until } from '/work/main/test/journeys/until.ts';
const gate = await openGate({ environment: { GATE_CAMERA_PASS: 'wrong-Pass-1' } });
await until('locked', gate.state, ({ camera }) => camera.status === 'locked');
for (let n = 0; n < 3; n++) {
  const t = performance.now();
  const b = gate.system.bridge();
  await b.stop();
  console.log('stop', performance.now() - t, b.lines.map(l => l.event).join(' '));
  const t2 = performance.now();
  await gate.system.startBridge();
  console.log('start', performance.now() - t2);
  await until('locked', gate.state, ({ camera }) => camera.status === 'locked');
  console.log('locked', performance.now() - t2);
}
await gate.close();
process.exit();
