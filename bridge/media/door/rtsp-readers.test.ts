import { describe, expect, test } from 'vitest';
import { MAIN, SUB } from './door.fixture.ts';
import { createRtspReaders } from './rtsp-readers.ts';

const admitted = { stream: SUB, subject: 'operator-1', until: 100_000, upstreamId: null, at: 0 };

describe('readers of the RTSP re-stream', () => {
  test('are bound to their own admission where MediaMTX names the session', () => {
    const readers = createRtspReaders();
    readers.admit({ ...admitted, upstreamId: 'a', until: 90_000 });
    readers.admit({ ...admitted, upstreamId: 'b', until: 10_000 });
    readers.reconcile([{ id: 'a', path: SUB }], 1_000);
    expect(readers.all()).toMatchObject([{ until: 90_000 }]);
  });

  test('are bound to the admission that ends first where it does not, so that nobody reads too long', () => {
    const readers = createRtspReaders();
    readers.admit(admitted);
    readers.admit({ ...admitted, until: 10_000 });
    readers.admit({ ...admitted, stream: MAIN, until: 5_000 });
    readers.reconcile([{ id: 'a', path: SUB }], 1_000);
    expect(readers.all()).toMatchObject([{ until: 10_000 }]);
    expect(readers.reconcile([{ id: 'a', path: SUB }], 10_000).overdue).toMatchObject([{ id: 'a' }]);
  });

  test('that come later are not taken for those that came before', () => {
    const readers = createRtspReaders();
    readers.admit({ ...admitted, until: 10_000 });
    readers.reconcile([{ id: 'a', path: SUB }], 1_000);
    readers.admit({ ...admitted, until: 90_000, at: 1_500 });
    readers.reconcile(
      [
        { id: 'a', path: SUB },
        { id: 'b', path: SUB },
      ],
      2_000,
    );
    expect(readers.all().map(({ until }) => until)).toEqual([10_000, 90_000]);
  });

  test('without any admission are to be kicked; a session that has asked for nothing yet is not', () => {
    const readers = createRtspReaders();
    const { overdue } = readers.reconcile(
      [
        { id: 'a', path: SUB },
        { id: 'idle', path: '' },
      ],
      1_000,
    );
    expect(overdue).toEqual([{ id: 'a', reader: null }]);
  });

  test('stay known while MediaMTX does not tell, and their number is bounded', () => {
    const readers = createRtspReaders();
    expect(readers.isActive()).toBe(false);
    for (let n = 0; n < 500; n += 1) expect(readers.admit(admitted)).toBe(true);
    expect(readers.admit({ ...admitted, at: 3_600_000 })).toBe(false);
    const { came } = readers.reconcile([{ id: 'a', path: SUB }], 3_600_000);
    expect(came).toMatchObject([{ subject: 'operator-1' }]);
    expect(readers.isActive()).toBe(true);
    expect(readers.reconcile([], 3_601_000).left).toHaveLength(1);
    expect(readers.isActive()).toBe(false);
  });
});
