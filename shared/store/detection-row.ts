// A detection's row, written so that messages commute: each attribute is either set once by whoever comes first, or
// a member of a set, or belongs to one road alone. What differs by road is derived on reading, never overwritten.
import {
  BesideSchema,
  type Detection,
  DetectionSchema,
  type Picture,
  PictureSchema,
  type Source,
  SourceSchema,
} from '../detection/detection.ts';
import { cameraPartition, momentKey, platePartition, unreadPartition } from './keys.ts';
import { HISTORY, TABLE, TIMELINE } from './table.ts';

export type Row = Record<string, unknown>;

/** The expression parts of one UpdateItem. */
export type RowUpdate = {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
};

type Stored = { storedAt: string; expiresAtSeconds: number };

const PICTURE = 'picture_';
const VEHICLE = 'vehicle_';
const BESIDE = 'beside_';
const ARRIVAL = /^arrival_[a-z]+_(live|late)$/;
const MAX_PICTURES = 16;
/** What a reader looks for first; any other kind follows by name. */
const PICTURE_ORDER = ['plate', 'scene', 'vehicle'];

/**
 * One UpdateItem that creates the row or merges into it, in any order and any number of times. Where two roads state
 * different known values, the first stands: the index keys hang on `at`, and a row that moved would break paging.
 * The condition fails only when the row is of another camera or plate, which the same id cannot honestly be.
 */
export function rowUpdate(detection: Detection, stored: Stored): RowUpdate {
  const names: Record<string, string> = {
    '#pk': TABLE.partitionKey,
    '#camera': 'camera',
    '#plate': 'plate',
    '#sources': 'sources',
  };
  const values: Record<string, unknown> = { ':camera': detection.camera, ':sources': new Set(detection.sources) };
  const set = Object.entries(firstWriterAttributes(detection, stored)).map(([name, value], i) => {
    names[`#a${i}`] = name;
    values[`:a${i}`] = value;
    return `#a${i} = if_not_exists(#a${i}, :a${i})`;
  });
  if (detection.plate !== null) values[':plate'] = detection.plate;
  const samePlate = detection.plate === null ? 'attribute_not_exists(#plate)' : '#plate = :plate';
  return {
    UpdateExpression: `SET ${set.join(', ')} ADD #sources :sources`,
    ConditionExpression: `attribute_not_exists(#pk) OR (#camera = :camera AND ${samePlate})`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

function firstWriterAttributes(detection: Detection, { storedAt, expiresAtSeconds }: Stored): Row {
  const { sources, late, receivedAt, pictures, vehicle, direction, beside = [], storedAt: _, ...plain } = detection;
  const moment = momentKey(detection);
  const attributes: Row = {
    ...plain,
    // "unknown" is left out, so that a road which does know fills it in.
    direction: direction === 'unknown' ? undefined : direction,
    storedAt,
    [TABLE.ttl]: expiresAtSeconds,
    [TIMELINE.partitionKey]: cameraPartition(detection.camera),
    [TIMELINE.sortKey]: moment,
  };
  const { id, camera, plate, at, capturedAt } = detection;
  if (plate !== null) {
    attributes[HISTORY.partitionKey] = platePartition(plate);
    attributes[HISTORY.sortKey] = moment;
  } else if (at !== capturedAt) {
    attributes[HISTORY.partitionKey] = unreadPartition(camera);
    attributes[HISTORY.sortKey] = momentKey({ id, at: capturedAt });
  }
  for (const source of sources) attributes[arrivalName(source, late)] = receivedAt;
  for (const [name, value] of Object.entries(vehicle ?? {})) attributes[`${VEHICLE}${name}`] = value;
  for (const picture of pictures) attributes[`${PICTURE}${picture.kind}`] = picture;
  for (const { id, capturedAt } of beside) attributes[`${BESIDE}${id}`] = capturedAt;
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => isKnown(value)));
}

/** Throws when the row holds no detection. */
export function detectionOf(row: Row): Detection {
  const arrivals = Object.entries(row).filter(([name]) => ARRIVAL.test(name));
  const vehicle = Object.entries(row).filter(([name]) => name.startsWith(VEHICLE));
  return DetectionSchema.parse({
    ...row,
    plate: row.plate ?? null,
    plateAsRead: row.plateAsRead ?? '',
    direction: row.direction ?? 'unknown',
    confidence: row.confidence ?? null,
    receivedAt: arrivals.map(([, at]) => at).sort()[0],
    // One live road is enough: the vehicle was at the gate when it came, whatever the camera's memory says later.
    late: arrivals.every(([name]) => name.endsWith('_late')),
    sources: SourceSchema.options.filter((source) => row.sources instanceof Set && row.sources.has(source)),
    vehicle:
      vehicle.length === 0 ? undefined : Object.fromEntries(vehicle.map(([n, v]) => [n.slice(VEHICLE.length), v])),
    pictures: picturesOf(row),
  });
}

/** As the recorder needs it: with the rows that the camera's memory held beside it. Throws when it holds no detection. */
export function rememberedOf(row: Row): Detection {
  const beside = Object.entries(row)
    .filter(([name]) => name.startsWith(BESIDE))
    .map(([name, capturedAt]) => BesideSchema.parse({ id: name.slice(BESIDE.length), capturedAt }));
  return { ...detectionOf(row), ...(beside.length > 0 && { beside }) };
}

function picturesOf(row: Row): Picture[] {
  return Object.entries(row)
    .filter(([name]) => name.startsWith(PICTURE))
    .map(([, picture]) => PictureSchema.parse(picture))
    .sort((a, b) => pictureRank(a) - pictureRank(b) || (a.kind < b.kind ? -1 : 1))
    .slice(0, MAX_PICTURES);
}

function pictureRank({ kind }: Picture): number {
  const rank = PICTURE_ORDER.indexOf(kind);
  return rank === -1 ? PICTURE_ORDER.length : rank;
}

function arrivalName(source: Source, late: boolean): string {
  return `arrival_${source}_${late ? 'late' : 'live'}`;
}

function isKnown(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
