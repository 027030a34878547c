// Every sample of what real cameras send goes the way it would go at a gate, and gives what its provenance says.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { DOCUMENT_SAMPLES, type Sample } from './document-samples.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const FOLDER = fileURLToPath(new URL('../samples/', import.meta.url));
const WEBHOOK = '/api/gate/anpr-event/';
const sample = (name: string) => readFileSync(FOLDER + name);

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ camera: { heartbeatMs: false } });
  await gate.connected();
});
afterAll(() => gate.close());

/** As an IPC frames it: the length counts the document's last line end, and the next delimiter follows at once. */
function onTheStream(document: Uint8Array): void {
  const head = `--boundary\r\nContent-Type: application/xml; charset="UTF-8"\r\nContent-Length: ${document.length}\r\n\r\n`;
  gate.camera.emit(Buffer.concat([Buffer.from(head), document]));
}

type Counts = Partial<Pick<Awaited<ReturnType<Gate['state']>>['camera'], 'reads' | 'heartbeats' | 'otherEvents'>>;

/** The bridge has counted so many events more than before, and no fault. */
async function gives(more: Counts, send: () => void): Promise<void> {
  const { camera: before } = await gate.state();
  const counted = { reads: before.reads, heartbeats: before.heartbeats, otherEvents: before.otherEvents };
  for (const name of ['reads', 'heartbeats', 'otherEvents'] as const) counted[name] += more[name] ?? 0;
  send();
  const sum = (camera: typeof counted) => camera.reads + camera.heartbeats + camera.otherEvents;
  const { camera } = await until('its events', gate.state, (state) => sum(state.camera) >= sum(counted));
  expect(camera).toMatchObject({ ...counted, faults: before.faults });
}

const readOf = (plate: string, pictures = 0) =>
  until(
    `the read of ${plate}`,
    () => gate.reads(`&plate=${plate}`),
    ([read]) => read?.pictures.length === pictures,
  );

async function push(contentType: string, body: Buffer): Promise<number> {
  const answer = await fetch(gate.system.url + WEBHOOK, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body: new Uint8Array(body),
  });
  return answer.status;
}

const EVENT_SAMPLES: Record<string, Sample> = {
  'anpr_alert_ids7series_pretty.xml': {
    says: 'is a read of a 7-series camera with its vehicle',
    check: async (bytes) => {
      await gives({ reads: 1 }, () => onTheStream(bytes));
      expect(await readOf('TEST600')).toMatchObject([
        {
          capturedAt: '2024-01-19T03:17:19.000Z',
          direction: 'reverse',
          confidence: 97,
          lane: '2',
          list: 'otherList',
          vehicle: { type: 'vehicle', color: 'white', brand: '1036' },
          uuid: '2024011911172144900FlERIduqg06eKsYuvLX072NugIxaHw22mHG5D5KBmWqX',
        },
      ]);
    },
  },
  'anpr_alert_old_fw_no_vehicleinfo.xml': {
    says: 'is a read without vehicle and pictures, in the oldest namespace',
    check: async (bytes) => {
      await gives({ reads: 1 }, () => onTheStream(bytes));
      const [read] = await readOf('EL123AB');
      expect(read).toMatchObject({ capturedAt: '2020-03-10T08:12:00.000Z', confidence: 85, plateType: '92wex' });
      expect(read).not.toHaveProperty('vehicle');
    },
  },
  'webhook_7series_composite.http': {
    says: 'is a push whose pictures are named by their kind and filed under a bare id; it joins the row of its stream',
    check: async (bytes) => {
      const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
      const head = bytes.toString('latin1', 0, bodyAt);
      expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(bytes.length - bodyAt);
      expect(await push(/Content-Type: (.+)\r\n/.exec(head)?.[1] ?? '', bytes.subarray(bodyAt))).toBe(200);
      const [read, ...others] = await readOf('TEST600', 2);
      expect(read?.pictures.map(({ kind }) => kind).toSorted()).toEqual(['plate', 'scene']);
      expect([read?.sources.toSorted(), others]).toEqual([['stream', 'webhook'], []]);
    },
  },
  'webhook_non_anpr_event.multipart': {
    says: 'is another event, answered with 200 and not stored',
    check: async (bytes) => {
      const before = await gate.reads();
      expect(await push('multipart/form-data; boundary=boundary', bytes)).toBe(200);
      expect(await gate.reads()).toHaveLength(before.length);
    },
  },
  'alertstream_ipc_bodies.jsonl': {
    says: 'is 3 heartbeats and 12 events without a plate, in one burst',
    check: (bytes) => {
      const Line = z.object({ content: z.string() });
      const lines = bytes.toString().trim().split('\n');
      const bodies = lines.map((line) => Buffer.from(Line.parse(JSON.parse(line)).content));
      return gives({ heartbeats: 3, otherEvents: 12 }, () => bodies.forEach(onTheStream));
    },
  },
  'alertstream_ipc_part_counted_crlf.bin': {
    says: 'is one event, and the beginning of the next one, whose rest comes later',
    check: async (bytes) => {
      await gives({ otherEvents: 1 }, () => gate.camera.emit(bytes));
      const rest = sample('alert_duration_fielddetection.xml');
      const head = Buffer.from(`; charset="UTF-8"\r\nContent-Length: ${rest.length}\r\n\r\n`);
      await gives({ otherEvents: 1 }, () => gate.camera.emit(Buffer.concat([head, rest])));
    },
  },
  'alert_duration_fielddetection.xml': {
    says: 'repeats an event that lasts',
    check: (bytes) => gives({ otherEvents: 1 }, () => onTheStream(bytes)),
  },
  'alert_fielddetection_vehicle_targetrect.xml': {
    says: 'is a smart event of a vehicle, without a plate',
    check: (bytes) => gives({ otherEvents: 1 }, () => onTheStream(bytes)),
  },
  'alert_psia_namespace_nvr.xml': {
    says: "is a recorder's event in the oldest namespace of all",
    check: (bytes) => gives({ otherEvents: 1 }, () => onTheStream(bytes)),
  },
};

const SAMPLES = { ...EVENT_SAMPLES, ...DOCUMENT_SAMPLES };

describe('a sample of a real camera', () => {
  test.each(Object.entries(SAMPLES).map(([name, { says, check }]) => ({ name, says, check })))(
    '$name $says',
    ({ name, check }) => check(sample(name)),
  );

  test('is never left out here, nor in the list of where it is from', () => {
    const files = readdirSync(FOLDER).filter((name) => name !== 'PROVENANCE.md');
    expect(Object.keys(SAMPLES).toSorted()).toEqual(files.toSorted());
    const provenance = sample('PROVENANCE.md').toString();
    expect(files.filter((name) => !provenance.includes(`\`${name}\``))).toEqual([]);
  });
});
