import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broken } from '../../support/errors.ts';
import { startFakeCamera } from './fake-camera.test-support.ts';
import { fileLedger } from './file-ledger.ts';
import { failure, gateId, gateTo, minutes, movableClock } from './gate.test-support.ts';
import { emptyRow } from './row.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-ledger-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the ledger on disk', () => {
  it('gives back what was written, and nothing before', async () => {
    const ledger = fileLedger(join(folder, 'guard'));
    await expect(ledger.read(gateId)).resolves.toBeNull();
    const row = { ...emptyRow, version: 1, nonceReuse: 'never' as const };
    await expect(ledger.write(gateId, row, 0)).resolves.toBe(true);
    await expect(fileLedger(join(folder, 'guard')).read(gateId)).resolves.toEqual(row);
  });

  it('keeps one file, which only its owner can read', async () => {
    const ledger = fileLedger(folder);
    for (let version = 1; version <= 12; version += 1) {
      await ledger.write(gateId, { ...emptyRow, version }, version - 1);
    }
    await expect(readdir(folder)).resolves.toEqual(['gate.12.json']);
    expect((await stat(join(folder, 'gate.12.json'))).mode & 0o777).toBe(0o600);
  });

  it('lets one of many writers win', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () => fileLedger(folder).write(gateId, { ...emptyRow, version: 1 }, 0)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('refuses a writer that is several versions behind', async () => {
    const ledger = fileLedger(folder);
    for (let version = 1; version <= 3; version += 1) {
      await ledger.write(gateId, { ...emptyRow, version }, version - 1);
    }
    await expect(ledger.write(gateId, { ...emptyRow, version: 2 }, 1)).resolves.toBe(false);
    await expect(ledger.read(gateId)).resolves.toMatchObject({ version: 3 });
  });

  it.each([
    ['', 'it is empty'],
    ['{"version":4,', 'it is no whole JSON'],
    ['{"version":4}', "it is no guard's row"],
  ])('never takes a damaged row (%j) for a fresh one, or an older one for it', async (text, what) => {
    await fileLedger(folder).write(gateId, { ...emptyRow, version: 3 }, 0);
    await writeFile(join(folder, 'gate.4.json'), text);
    const refusal = await failure(fileLedger(folder).read(gateId));
    expect(refusal).toBeInstanceOf(Broken);
    expect(refusal.message).toContain(`${join(folder, 'gate.4.json')}: ${what}; delete it only when`);
  });

  it('holds a guard that was killed with credentials out: the next process counts it and sends nothing', async () => {
    const camera = await startFakeCamera();
    try {
      const credentialsCame = new Promise<void>((resolve) => {
        camera.settings.before = (request) => {
          const isCredentialed = request.headers.authorization !== undefined;
          if (isCredentialed) resolve();
          return isCredentialed;
        };
      });
      const script = `
        const { gateTo } = await import(process.env.SUPPORT);
        const { fileLedger } = await import(process.env.LEDGER);
        await gateTo({ port: Number(process.env.PORT) }, { ledger: fileLedger(process.env.FOLDER) }).get();`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: 'ignore',
        env: {
          ...process.env,
          SUPPORT: fileURLToPath(new URL('./gate.test-support.ts', import.meta.url)),
          LEDGER: fileURLToPath(new URL('./file-ledger.ts', import.meta.url)),
          PORT: String(camera.port),
          FOLDER: folder,
        },
      });
      const exited = once(child, 'exit');
      await Promise.race([credentialsCame, exited]);
      child.kill('SIGKILL');
      await expect(exited).resolves.toEqual([null, 'SIGKILL']);

      camera.seen.length = 0;
      const clock = movableClock();
      clock.advance(minutes(1));
      const { get, guard } = gateTo(camera, { ledger: fileLedger(folder), clock });
      expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
      await expect(guard.state()).resolves.toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
      expect(camera.seen).toEqual([]);
      const [name] = (await readdir(folder)).filter((file) => file.endsWith('.json'));
      await expect(readFile(join(folder, name ?? ''), 'utf8')).resolves.not.toContain('Secret');
    } finally {
      await camera.stop();
    }
  });
});
