// MediaMTX's path manager does one thing at a time, the question to the auth hook included: while the hook thinks, nobody
// finds, starts or lists a path (MEDIAMTX.md 3).

export type SerialLoop = <T>(work: () => T | Promise<T>) => Promise<T>;

export function createSerialLoop(): SerialLoop {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // The next in line does not care how this one ended.
    last = mine.catch(() => undefined);
    return mine;
  };
}
