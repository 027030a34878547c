// The camera's own clock in every form that it writes (ISAPI.md 3.6, 9, 10.2).

const MS_PER_MINUTE = 60_000;

/** The shapes of `dateTime` seen in the field; `absent` leaves the element out. */
export const DATE_TIME_SHAPES = {
  offset: (t: WallClock) => `${t.date}T${t.time}${offset(t.zoneMinutes, true)}`,
  milliseconds: (t: WallClock) => `${t.date}T${t.time}.${t.ms}${offset(t.zoneMinutes, true)}`,
  zulu: (t: WallClock) => `${new Date(t.utcMs).toISOString().slice(0, 19)}Z`,
  'no-offset': (t: WallClock) => `${t.date}T${t.time}`,
  'short-offset': (t: WallClock) => `${t.date}T${t.time}${offset(t.zoneMinutes, false)}`,
  'missing-sign': (t: WallClock) => `${t.date}T${t.time} ${offset(t.zoneMinutes, true).slice(1)}`,
  absent: () => null,
} satisfies Record<string, (t: WallClock) => string | null>;
export type DateTimeShape = keyof typeof DATE_TIME_SHAPES;

export type WallClock = { utcMs: number; zoneMinutes: number; date: string; time: string; ms: string };

/** What a clock on the camera's wall shows at `utcMs` in a zone `zoneMinutes` east of UTC. */
export function wallClock(utcMs: number, zoneMinutes: number): WallClock {
  const iso = new Date(utcMs + zoneMinutes * MS_PER_MINUTE).toISOString();
  return { utcMs, zoneMinutes, date: iso.slice(0, 10), time: iso.slice(11, 19), ms: iso.slice(20, 23) };
}

/** `yyyyMMddHHmmssSSS`: `absTime`, and the head of every `picName`. */
export function seventeenDigits(clock: WallClock): string {
  return `${clock.date}${clock.time}${clock.ms}`.replace(/[-:]/g, '');
}

/** The zone as `System/time` names it: POSIX, so the sign is inverted (ISAPI.md 10.2). */
export function posixZone(zoneMinutes: number): string {
  const sign = zoneMinutes < 0 ? '+' : '-';
  return `CST${sign}${hours(zoneMinutes)}:${minutes(zoneMinutes)}:00`;
}

function offset(zoneMinutes: number, padded: boolean): string {
  const sign = zoneMinutes < 0 ? '-' : '+';
  return `${sign}${padded ? hours(zoneMinutes).padStart(2, '0') : hours(zoneMinutes)}:${minutes(zoneMinutes)}`;
}

const hours = (zoneMinutes: number) => String(Math.trunc(Math.abs(zoneMinutes) / 60));
const minutes = (zoneMinutes: number) => String(Math.abs(zoneMinutes) % 60).padStart(2, '0');
