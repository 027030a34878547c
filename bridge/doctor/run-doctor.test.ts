import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Environment } from '../../shared/isapi/cameras.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { freePort } from '../../test/local/media-process.ts';
import { type DoctorDocument, DoctorDocumentSchema } from './doctor-document.ts';
import { runDoctor } from './run-doctor.ts';
import { openPractice, type Practice } from './visit.fixture.ts';

const URL_OF_OURS = 'http://192.0.2.9:8080/api/gate/anpr-event/';

/** A camera that nobody will ask. */
const NOWHERE = { GATE_CAMERA_IP: '192.0.2.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-Pass1' };

let practice: Practice | null = null;
async function start(): Promise<Practice> {
  practice = await openPractice({ heartbeatMs: false });
  return practice;
}
afterEach(async () => {
  await practice?.close();
  practice = null;
});

type Called = { code: number; out: string; aside: string };
type Call = { environment?: Environment; answer?: string; stop?: AbortController; onAside?: (text: string) => void };

async function called(args: readonly string[], call: Call = {}): Promise<Called> {
  const {
    environment = practice?.environment ?? NOWHERE,
    answer,
    stop = new AbortController(),
    onAside = () => {},
  } = call;
  const input = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
  if (answer !== undefined) input.write(answer);
  let [out, aside] = ['', ''];
  const hear = (text: string) => {
    aside += text;
    onAside(text);
  };
  const code = await runDoctor({
    args,
    environment,
    out: (text) => {
      out += text;
    },
    aside: hear,
    terminal: { input, output: new PassThrough().on('data', (bytes: Buffer) => hear(bytes.toString())) },
    stop,
    release: null,
    clock,
    log,
  });
  return { code, out, aside };
}
/** Throws unless standard output is one document and nothing else. */
const documentIn = ({ out }: Called): DoctorDocument => DoctorDocumentSchema.parse(JSON.parse(out));
const puts = ({ camera }: Practice) =>
  camera.requests.filter(({ method, status }) => method === 'PUT' && status === 200).length;
const setUp = (...args: string[]) => ['--json', '--set-up-webhook', '--webhook-url', URL_OF_OURS, ...args];

describe('a doctor that is called wrongly says so in one document, and ends with 64', () => {
  test.each<[string, string[]]>([
    ['--pasword', ['--json', '--pasword', 'secret-1']],
    ['stray', ['stray', '--json']],
    ['--bundle', ['--json', '--bundle']],
    ['exclude each other', ['--json', '--set-up-webhook', '--restore', 'a.xml']],
    ['leave --bundle out', ['--json', '--set-up-webhook', '--bundle', 'a.json']],
    ['--slot means something only with --set-up-webhook', ['--json', '--slot', '1']],
    ['--yes means something only with --set-up-webhook or --restore', ['--json', '--yes']],
    ['--camera is no camera id', ['--json', '--camera', 'GATE 1']],
    ['could not choose camera yard: there are gate', ['--json', '--camera', 'yard']],
    ['could not read the file of --token', ['--json', '--token', '/nowhere/token']],
    ['could not read the file of --logs', ['--json', '--bundle', '/dev/null', '--logs', '/nowhere/log']],
    ['could not write the file of --bundle', ['--json', '--bundle', '/nowhere/bundle']],
    ['could not read the file of --restore', ['--json', '--restore', '/nowhere/slot.xml', '--yes']],
    ['neither --webhook-url nor GATE_API_URL', ['--json', '--set-up-webhook', '--yes']],
    ['no http or https URL', ['--json', '--set-up-webhook', '--webhook-url', 'ftp://x']],
  ])('%s', async (why, args) => {
    const run = await called(args);
    const document = documentIn(run);
    expect(run.code).toBe(64);
    expect(document).toMatchObject({ status: 'usage', first: { check: 'command-line' }, slot: null });
    expect(document.findings[0]?.seen).toContain(why);
  });

  test('even where --json was given a value', async () => {
    const run = await called(['--json=1']);
    expect([run.code, documentIn(run).status]).toEqual([64, 'usage']);
  });

  test('and a log that would be the bundle too is left as it is', async () => {
    const { folder } = await start();
    const file = join(folder, 'bridge.log');
    await writeFile(file, 'a line\n');
    const run = await called(['--json', '--logs', file, '--bundle', file]);
    expect([run.code, documentIn(run).findings[0]?.seen]).toEqual([64, expect.stringContaining('--logs')]);
    expect(await readFile(file, 'utf8')).toBe('a line\n');
  });

  test('and a file to restore that holds no slot is named', async () => {
    const { folder } = await start();
    const file = join(folder, 'junk.xml');
    await writeFile(file, 'junk');
    const run = await called(['--json', '--restore', file, '--yes']);
    expect([run.code, documentIn(run).findings[0]?.seen]).toEqual([64, expect.stringContaining(file)]);
  });

  test('and where nobody can answer writes nothing', async () => {
    const gate = await start();
    const run = await called(setUp());
    expect([run.code, documentIn(run).findings[0]?.seen]).toEqual([64, expect.stringContaining('this is no terminal')]);
    expect(puts(gate)).toBe(0);
  });

  test('and tells a person on standard error alone', async () => {
    const { code, out, aside } = await called(['--pasword', 'secret-1']);
    expect([code, out]).toEqual([64, '']);
    expect(aside).toContain('--pasword');
    expect(aside).not.toContain('secret-1');
  });
});

describe('a doctor that is told to write the slot', () => {
  test('asks on standard error, and its document says what was and what is', async () => {
    const gate = await start();
    const run = await called(setUp('--folder', gate.folder), { answer: 'y\n' });
    expect(run.code).toBe(0);
    expect(run.aside).toMatch(/^before .*\nafter .*\nWrite slot 1 of camera gate\? \[y\/N\]/);
    const { status, slot, findings } = documentIn(run);
    expect([status, findings[0]?.check]).toEqual(['ok', 'webhook-slot']);
    expect(slot).toMatchObject({ camera: 'gate', result: 'written', before: 'slot 1: free' });
    expect(puts(gate)).toBe(1);

    const restored = await called(['--json', '--restore', slot?.file ?? '', '--yes']);
    expect(restored.code).toBe(0);
    expect(documentIn(restored).slot).toMatchObject({ result: 'restored', before: slot?.after, after: slot?.before });
    expect(puts(gate)).toBe(2);
  });

  test('and gets a no, has written nothing and says so', async () => {
    const gate = await start();
    const run = await called(setUp('--folder', gate.folder), { answer: 'n\n' });
    expect(run.code).toBe(0);
    expect(documentIn(run)).toMatchObject({ status: 'warn', slot: { result: 'declined' } });
    expect([puts(gate), (await readdir(gate.folder)).filter((name) => name.endsWith('.xml'))]).toEqual([0, []]);
  });

  test('and is interrupted at the question, has written nothing and ends with 130', async () => {
    const gate = await start();
    const stop = new AbortController();
    const onAside = (text: string) => {
      if (text.includes('[y/N]')) stop.abort();
    };
    const run = await called(setUp('--folder', gate.folder), { answer: '', stop, onAside });
    expect(run.code).toBe(130);
    expect(documentIn(run)).toMatchObject({ status: 'interrupted', slot: { result: 'declined' } });
    expect(run.aside).toMatch(/interrupted: nothing was written/);
    expect(puts(gate)).toBe(0);
  });

  test('and given a slot that the camera has not, says what to change and ends with 1', async () => {
    await start();
    const run = await called(setUp('--slot', '9', '--yes'));
    expect(run.code).toBe(1);
    const { status, slot, findings } = documentIn(run);
    expect([status, slot, findings[0]?.check]).toEqual(['fail', null, 'webhook-slot']);
    expect([findings[0]?.seen, findings[0]?.change]).toEqual([
      expect.stringContaining('the camera has 1'),
      expect.stringContaining('notification-hosts'),
    ]);
  });

  test('and cannot log in, says so once, and the next time that the guard is shut', async () => {
    const gate = await start();
    const environment = { ...gate.environment, GATE_CAMERA_PASS: 'not-the-Password-1' };
    const first = documentIn(await called(setUp('--yes'), { environment }));
    const again = documentIn(await called(setUp('--yes'), { environment }));
    expect([first.status, again.status]).toEqual(['fail', 'fail']);
    expect(again.findings[0]).toMatchObject({
      seen: expect.stringContaining('guard is shut'),
      change: expect.stringContaining('what opens it'),
    });
    expect(gate.camera.logins.bad).toBe(1);
  });

  test('and reaches nobody, says so', async () => {
    const gate = await start();
    const environment = { ...gate.environment, GATE_CAMERA_PORT: String(await freePort()) };
    const run = await called(setUp('--yes'), { environment });
    expect([run.code, documentIn(run).findings[0]?.check]).toEqual([1, 'webhook-slot']);
  });
});

describe('a doctor without a configuration', () => {
  test.each([[['--json']], [['--json', '--set-up-webhook']], [['--json', '--restore', 'x.xml']]])(
    'called with %j says so in one document, and ends with 2',
    async (args) => {
      const run = await called(args, { environment: {} });
      expect([run.code, documentIn(run).status]).toEqual([2, 'unconfigured']);
    },
  );

  test('tells a person which setting is wrong, and no value', async () => {
    const run = await called([], { environment: { ...NOWHERE, GATE_CAMERA_PASS: 'x\u0001y' } });
    expect(run.code).toBe(2);
    expect(stripVTControlCharacters(run.out)).toMatch(/fail +configuration +GATE_CAMERA_PASS must not contain/);
    expect(run.out + run.aside).not.toContain('x\u0001y');
  });

  test('leaves a bundle all the same, for its caller alone', async () => {
    const gate = await start();
    const file = join(gate.folder, 'bundle.json');
    const run = await called(['--bundle', file], { environment: {} });
    expect([run.code, run.aside]).toEqual([2, expect.stringContaining(`written: ${file}`)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ doctor: { status: 'unconfigured' } });
  });
});

describe('a bundle', () => {
  test('that cannot be written costs no finding, and is one', async () => {
    const run = await called(['--json', '--bundle', '/dev/full'], { environment: {} });
    const { findings } = documentIn(run);
    expect([run.code, findings.map(({ check }) => check)]).toEqual([2, ['configuration', 'doctor']]);
    expect(findings[1]?.seen).toContain('could not write the bundle: ENOSPC');
  });

  test('that was there is whole until the new one is, which is its caller’s alone', async () => {
    const gate = await start();
    const file = join(gate.folder, 'bundle.json');
    await writeFile(file, 'x'.repeat(100_000), { mode: 0o644 });
    const kept = await called(['--json', '--bundle', file, '--camera', 'yard']);
    expect([kept.code, await readFile(file, 'utf8')]).toEqual([64, 'x'.repeat(100_000)]);
    await called(['--bundle', file], { environment: {} });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ doctor: { status: 'unconfigured' } });
  });
});

test('a doctor that is interrupted tries nothing more, and its one document says that it was', async () => {
  const gate = await start();
  const stop = new AbortController();
  stop.abort();
  const run = await called(['--json'], { stop });
  expect(run.code).toBe(130);
  expect(run.aside).toMatch(/^interrupted/m);
  const { status, findings } = documentIn(run);
  expect(status).toBe('interrupted');
  expect(new Set(findings.map((finding) => finding.status))).toEqual(new Set(['skipped']));
  expect(gate.camera.requests).toEqual([]);
});

test('a person reads last what to do first', async () => {
  const gate = await start();
  const environment = { ...gate.environment, GATE_CAMERA_IP: `${'a'.repeat(64)}.invalid` };
  const { code, out } = await called([], { environment });
  expect(code).toBe(1);
  const lines = out.trimEnd().split('\n');
  expect(lines.at(-2)).toContain('Mend http-port of camera gate first');
  expect(lines.at(-1)).toMatch(/^→ look at the host name/);
});

test('a token’s text is in no document and no bundle', async () => {
  const gate = await start();
  const file = join(gate.folder, 'token');
  await writeFile(file, 'an-invented-token-of-somebody\n');
  const environment = { ...gate.environment, GATE_CAMERA_PORT: String(await freePort()) };
  const run = await called(['--json', '--watch', '0', '--token', file, '--bundle', join(gate.folder, 'b.json')], {
    environment,
  });
  const all = run.out + run.aside + (await readFile(join(gate.folder, 'b.json'), 'utf8'));
  expect(all).toContain('http-port');
  expect(all).not.toContain('an-invented-token');
});
