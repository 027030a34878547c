// Writes sequence parameter sets, so that tests know what a reader should find.

export type SpsShape = {
  profileIdc: number;
  columns: number;
  rows: number;
  orderType: 0 | 1 | 2;
  interlaced: boolean;
  crop: { right: number; bottom: number } | null;
  /** Null writes no video usability information; so does `reordered: null` leave out its last part. */
  usability: { reordered: number | null; timing: boolean; bufferTiming: boolean } | null;
  scaling: boolean;
};

const HIGH = 100;

export function writeSps(shape: SpsShape): Buffer {
  let bits = '';
  const fixed = (value: number, count: number) => {
    bits += value.toString(2).padStart(count, '0');
  };
  const flag = (value: boolean) => fixed(Number(value), 1);
  const unsigned = (value: number) => {
    const code = (value + 1).toString(2);
    bits += '0'.repeat(code.length - 1) + code;
  };
  const signed = (value: number) => unsigned(value > 0 ? 2 * value - 1 : -2 * value);

  fixed(0x67, 8);
  fixed(shape.profileIdc, 8);
  fixed(0, 8);
  fixed(40, 8);
  unsigned(0);
  if (shape.profileIdc === HIGH) {
    unsigned(1);
    unsigned(0);
    unsigned(0);
    flag(false);
    flag(shape.scaling);
    for (let list = 0; shape.scaling && list < 8; list += 1) {
      flag(list === 0);
      // Every factor one more than the one before.
      for (let i = 0; list === 0 && i < 16; i += 1) signed(1);
    }
  }
  unsigned(4);
  unsigned(shape.orderType);
  if (shape.orderType === 0) unsigned(4);
  if (shape.orderType === 1) {
    flag(false);
    signed(-3);
    signed(5);
    unsigned(2);
    signed(7);
    signed(-70_000);
  }
  unsigned(3);
  flag(false);
  unsigned(shape.columns - 1);
  unsigned(shape.rows - 1);
  flag(!shape.interlaced);
  if (shape.interlaced) flag(false);
  flag(true);
  flag(shape.crop !== null);
  if (shape.crop !== null) for (const side of [0, shape.crop.right, 0, shape.crop.bottom]) unsigned(side);
  flag(shape.usability !== null);
  if (shape.usability !== null) writeUsability(shape.usability);
  bits += '1';
  return withEmulationPrevention(
    Buffer.from(bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? []),
  );

  function writeUsability({ reordered, timing, bufferTiming }: NonNullable<SpsShape['usability']>): void {
    flag(true);
    fixed(255, 8);
    fixed(0x0001_0001, 32);
    flag(false);
    flag(true);
    fixed(5, 3);
    flag(false);
    flag(true);
    fixed(0x010101, 24);
    flag(true);
    unsigned(1);
    unsigned(1);
    flag(timing);
    if (timing) {
      fixed(1, 32);
      fixed(50, 32);
      flag(true);
    }
    for (const _ of ['nal', 'vcl']) {
      flag(bufferTiming);
      if (!bufferTiming) continue;
      unsigned(0);
      fixed(0, 8);
      unsigned(1000);
      unsigned(2000);
      flag(false);
      fixed(0, 20);
    }
    if (bufferTiming) flag(false);
    flag(false);
    flag(reordered !== null);
    if (reordered === null) return;
    flag(true);
    for (const limit of [2, 1, 10, 10]) unsigned(limit);
    unsigned(reordered);
    unsigned(4);
  }
}

function withEmulationPrevention(bytes: Buffer): Buffer {
  const written: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && written.at(-1) === 0 && written.at(-2) === 0) written.push(3);
    written.push(byte);
  }
  return Buffer.from(written);
}
