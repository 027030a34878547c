/**
 * One folder sync for all who ask while another runs: a sync that began before a caller's rename proves nothing to it,
 * so callers during a sync share the next one. A burst of ten reads then pays for two syncs, not ten.
 */
export function groupSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function start(): Promise<void> {
    next = null;
    const mine = sync().finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  }

  return () => {
    if (running === null) return start();
    next ??= running.then(start, start);
    return next;
  };
}
