import { afterAll, beforeAll, expect, test } from 'vitest';
import { percentile } from '../bench/figure.ts';
import { measurePromptness } from '../bench/prompt.ts';
import { traffic } from '../camera/traffic.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const SEED = 9;
const PASSAGES = 40;
const TO_THE_API_MS = 300;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ camera: { pictures: { drawn: 'once', bytes: { plate: 40_000, scene: 300_000 } } } });
  await gate.connected();
});
afterAll(() => gate.close());

test(`from the camera's last byte to a row in the API: p95 below ${TO_THE_API_MS} ms, with pictures of 340 kB`, async () => {
  const vehicles = traffic(SEED);
  const took: number[] = [];
  for (let n = 0; n < PASSAGES; n += 1) {
    // Drawn and written before this returns: the pictures are the camera's own work, and not timed.
    const driven = gate.camera.drive(vehicles.next().value);
    const before = performance.now();
    const { uuid } = await driven;
    await until('the read in the API', async () => {
      // Reads of one second stand in any order, so all of them are looked at.
      const answer = await gate.get('/api/gate/detections?limit=50');
      return (await answer.text()).includes(uuid);
    });
    took.push(performance.now() - before);
    // The next truck comes when this one's pictures are through, as at a gate.
    await until('its pictures', async () => (await gate.state()).outbox.pictures === 0);
  }
  const [p50, p95] = [percentile(took, 50), percentile(took, 95)];
  console.log(`camera to API over ${PASSAGES} passages: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
  expect(p95).toBeLessThan(TO_THE_API_MS);
});

test('a plate and its picture are handed on within 20 ms of their last byte (p99), with silence after it', async () => {
  const figures = await measurePromptness();
  expect(figures).toHaveLength(2);
  for (const { name, value, reference } of figures) {
    console.log(`${name}: ${value} ms`);
    expect(value).toBeLessThan(reference ?? 0);
  }
});
