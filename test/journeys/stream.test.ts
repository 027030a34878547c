import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { traffic } from '../camera/traffic.ts';
import { expectedRead, haveTwoPictures, sha256, whatWasTold } from './expected-read.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const TRUCKS = 12;
const SEED = 20;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ camera: { pictures: { drawn: 'once' } } });
  await gate.connected();
});
afterAll(() => gate.close());

/** All reads newest first, once there are `count` of them with both pictures. */
const readsOnceThere = (count: number) =>
  until(`${count} reads with their pictures`, gate.reads, (reads) => reads.length === count && haveTwoPictures(reads));

describe('trucks that the camera tells of by its stream', () => {
  test('stand in the API as the camera read them, each once, with its two pictures', async () => {
    const vehicles = traffic(SEED);
    for (let n = 0; n < TRUCKS; n += 1) await gate.camera.drive(vehicles.next().value);
    const reads = await readsOnceThere(TRUCKS);
    expect(reads.map(whatWasTold)).toEqual(expect.arrayContaining(gate.camera.ledger.map(expectedRead)));
    expect(reads.flatMap(({ sources }) => sources)).toEqual(Array(TRUCKS).fill('stream'));
  });

  test('show pictures that are the very bytes the camera sent, behind links that need no token', async () => {
    const reads = await readsOnceThere(gate.camera.ledger.length);
    for (const { pictures } of reads) {
      for (const picture of pictures) {
        const answer = await fetch(picture.url);
        expect(answer.headers.get('content-type')).toBe('image/jpeg');
        expect(sha256(await answer.bytes())).toBe(picture.sha256);
      }
    }
    const sent = gate.camera.ledger.flatMap(({ pictures }) => pictures.map(({ bytes }) => sha256(bytes)));
    expect(reads.flatMap(({ pictures }) => pictures.map((picture) => picture.sha256)).toSorted()).toEqual(
      sent.toSorted(),
    );
  });

  test.each(['unknown', 'noPlate', '', null])('whose plate was not read (%o) are stored without one', async (plate) => {
    const count = gate.camera.ledger.length;
    const { uuid } = await gate.camera.drive({ plate, country: 'NON', confidence: 0 });
    const reads = await readsOnceThere(count + 1);
    expect(reads.find((read) => read.uuid === uuid)).toMatchObject({ plate: null, plateAsRead: plate ?? '' });
  });

  test('come back later as a second row, and both visits are found by the plate', async () => {
    const plate = '01777ZZZ';
    const count = gate.camera.ledger.length;
    await gate.camera.drive({ plate, direction: 'forward' });
    gate.camera.setClock({ offsetMs: 2_000 });
    await gate.camera.drive({ plate, direction: 'reverse' });
    await readsOnceThere(count + 2);
    const visits = await gate.reads(`&plate=${plate}`);
    expect(visits.map(({ direction }) => direction)).toEqual(['reverse', 'forward']);
  });

  test('keep plates that look like numbers as the text they are', async () => {
    const plates = ['01234567', '1E5', '0012E3', '007'];
    const count = gate.camera.ledger.length;
    for (const plate of plates) await gate.camera.drive({ plate });
    const reads = await readsOnceThere(count + plates.length);
    expect(reads.map(({ plate }) => plate)).toEqual(expect.arrayContaining(plates));
  });
});
