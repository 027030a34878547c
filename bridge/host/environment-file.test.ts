import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FileKind, readSettings, type Setting, settingLine } from './environment-file.ts';

/** systemd's own reading of such files, on machines that have it; it alone puts other variables in the place of `$NAME`. */
const SYSTEMD = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator';
const SECRET = 'invented';

const read = (text: string, kind: FileKind = 'dotenv') => readSettings(text, kind);

const WHITE: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** As systemd reads the file, but for empty values, which this program leaves out; its answer is quoted for a shell. */
async function asSystemd(text: string): Promise<Setting[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-environment-'));
  try {
    await mkdir(join(folder, 'environment.d'));
    await writeFile(join(folder, 'environment.d', 'gate.conf'), text);
    const { stdout } = spawnSync(SYSTEMD, { env: { XDG_CONFIG_HOME: folder }, encoding: 'utf8' });
    return stdout.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^(GATE_\w+)=(.*)$/.exec(line) ?? [];
      const quoted = /^\$?(["'])(.*)\1$/.exec(value)?.[2];
      const plain = quoted?.replace(/\\(.)/g, (_, escaped: string) => WHITE[escaped] ?? escaped) ?? value;
      return name === '' ? [] : [{ name, value: plain }];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of an application's .env, and what both we and systemd take its value for. */
const READ = [
  ['a plain value', 'GATE_A=8080', '8080'],
  ['nothing', 'GATE_A=', ''],
  ['blanks around the =', '  GATE_A = 8080\t', '8080'],
  ['blanks inside a value', 'GATE_A=two  words', 'two  words'],
  ['a line end of Windows', 'GATE_A=8080\r', '8080'],
  ['a quoted value before a line end of Windows', 'GATE_A="on"\r', 'on'],
  ['blanks at the edges, in quotes', "GATE_A=' a '", ' a '],
  ['a hash in single quotes', "GATE_A='a #b'", 'a #b'],
  ['a hash in double quotes', 'GATE_A="a #b"', 'a #b'],
  ['a backslash in single quotes', "GATE_A='a\\b'", 'a\\b'],
  ['a quote in quotes of the other kind', `GATE_A="it's"`, "it's"],
  ['backticks in single quotes', "GATE_A='`a`'", '`a`'],
  ['a quote in the middle', `GATE_A=a"b'c`, `a"b'c`],
  ['more than one =', 'GATE_A=a=b==', 'a=b=='],
  ['another script', 'GATE_A=ворота', 'ворота'],
] as const;

/** Why it is refused. systemd does take a value from all of these: the last column, null where it leaves the line out. */
const REFUSED = [
  ['an open double quote', 'GATE_A="invented', 'its quote is not closed', 'invented\nGATE_Z=end\n'],
  ['an open single quote', "GATE_A='invented", 'its quote is not closed', 'invented\nGATE_Z=end\n'],
  ['a comment behind a value', 'GATE_A=invented # it is', 'takes a comment behind a value', 'invented # it is'],
  ['a comment in the place of a value', 'GATE_A= #invented', 'takes a comment behind a value', '#invented'],
  ['a comment behind a quote', 'GATE_A="invented" # it is', 'stands behind the closing quote', 'invented# it is'],
  ['two quotes in a row', `GATE_A='in'"vented"`, 'stands behind the closing quote', 'invented'],
  ['a backslash outside quotes', 'GATE_A=in\\vented', 'leaves a backslash outside quotes out', 'invented'],
  ['a line that goes on', 'GATE_A=invented\\', 'leaves a backslash outside quotes out', 'inventedGATE_Z=end'],
  ['a backslash in double quotes', 'GATE_A="in\\vented"', 'read in more than one way', 'in\\vented'],
  ['a colon in the place of the =', 'GATE_A: invented', 'no = behind its name', null],
  ['a name that is none', 'GATE_A-B=invented', 'no name of letters', null],
  ['a no-break space at its end', 'GATE_A=invented\u00A0', 'a blank that only some readers', 'invented\u00A0'],
] as const;

/** What systemd takes from an .env without doubt, and others read otherwise. */
const READ_BY_SYSTEMD_ALONE = [
  ['a hash within a word', 'GATE_A=in#vented', 'take a # for the beginning of a comment', 'in#vented'],
  ['a hash at the end of a word', 'GATE_A=invented#', 'take a # for the beginning of a comment', 'invented#'],
  ['backticks', 'GATE_A=`invented`', 'take a backtick for', '`invented`'],
  ['a backtick in double quotes', 'GATE_A="in`vented"', 'take a backtick for', 'in`vented'],
  ['an escaped dollar', 'GATE_A="in\\$vented"', 'read in more than one way', 'in$vented'],
  ['an escaped double quote', 'GATE_A="in\\"vented"', 'read in more than one way', 'in"vented'],
  ['an escaped backslash', 'GATE_A="in\\\\vented"', 'read in more than one way', 'in\\vented'],
] as const;

describe('a line of an .env', () => {
  test.each(READ)('with %s is read', (_, line, value) => {
    expect(read(line)).toEqual({ settings: [{ name: 'GATE_A', value }], mistakes: [] });
  });

  test.each(REFUSED)('with %s is refused by its number, and its value is not told', (_, line, why) => {
    for (const kind of ['dotenv', 'systemd'] as const) {
      const { settings, mistakes } = read(`# first\n${line}\nGATE_Z=end\n`, kind);
      expect(settings).toEqual([{ name: 'GATE_Z', value: 'end' }]);
      expect(mistakes).toEqual([expect.stringMatching(new RegExp(`^line 2: .*${why}`))]);
      expect(mistakes.join()).not.toContain(SECRET);
    }
  });

  test.each(READ_BY_SYSTEMD_ALONE)(
    'with %s is refused, but not in the file that systemd reads',
    (_, line, why, value) => {
      const { settings, mistakes } = read(`# first\n${line}\n`);
      expect(settings).toEqual([]);
      expect(mistakes).toEqual([expect.stringMatching(new RegExp(`^line 2: GATE_A: .*${why}.*in single quotes$`))]);
      expect(mistakes.join()).not.toContain(SECRET);
      expect(read(line, 'systemd')).toEqual({ settings: [{ name: 'GATE_A', value }], mistakes: [] });
    },
  );

  test.each<FileKind>(['dotenv', 'systemd'])(
    'that gives a setting another value is refused by both numbers: %s',
    (kind) => {
      const { mistakes } = read('GATE_A=invented\nGATE_B=1\nGATE_B=1\nGATE_A=invented-2\n', kind);
      expect(mistakes).toEqual(['line 4: GATE_A: line 1 gives it another value; leave one of the two']);
    },
  );

  test.each([
    ['NOTE="first\nGATE_A=invented"\n', 1, 2],
    ["export NOTE = 'first\nsecond\nGATE_A=invented\nfourth'\n", 1, 3],
    ['# ours\nNOTE=`first\nGATE_A=invented\n`\n', 2, 3],
    ['NOTE: "first\nGATE_A=invented"\n', 1, 2],
    ['NOTE="first \\" second\nGATE_A=invented"\n', 1, 2],
    ['NOTE="first \\"\nGATE_A=invented\n"\n', 1, 2],
    ["NOTE='tis open\nGATE_A='invented'\n", 1, 2],
  ])('within the quotes of another line is refused: %j', (text, opening, number) => {
    const why = `it stands in the quotes that line ${opening} opens, and some readers take it for a part of that value`;
    expect(read(text)).toEqual({ settings: [], mistakes: [`line ${number}: ${why}`] });
  });

  test.each([
    'KEY="-----BEGIN\nabc=\n-----END"\nGATE_A=1\n',
    "A='1'\nB=\"it's\"\nGATE_A='1'\nC=it's\n",
    "# it's\nGATE_A='1'\n",
    'NOTE="never closed\nGATE_A=1\n',
  ])('is read behind quotes that are closed above it, or never: %j', (text) => {
    expect(read(text)).toEqual({ settings: [{ name: 'GATE_A', value: '1' }], mistakes: [] });
  });

  test('with options for Node is the application’s own', () => {
    expect(read('NODE_OPTIONS=--inspect\nexport NODE_OPTIONS="a\\b"\nNODE_EXTRA_CA_CERTS=/etc/ca.pem\n')).toEqual({
      settings: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ca.pem' }],
      mistakes: [],
    });
  });

  test('with export is read, but not in the file that systemd reads itself, which leaves it out', () => {
    expect(read('export GATE_A=1')).toEqual({ settings: [{ name: 'GATE_A', value: '1' }], mistakes: [] });
    expect(read('export GATE_A=1', 'systemd')).toEqual({
      settings: [],
      mistakes: ['line 1: GATE_A: systemd knows no export'],
    });
  });

  test('that is the application’s own is neither read nor judged', () => {
    const text = '\uFEFFSECRET_KEY="open\nexport DATABASE_URL=a\\b # c\nAWS_REGION=eu-central-1\n';
    expect(read(text)).toEqual({ settings: [{ name: 'AWS_REGION', value: 'eu-central-1' }], mistakes: [] });
  });

  test('with a control character is refused: systemd would refuse the whole file', () => {
    expect(read('GATE_A=in\u0000vented').mistakes).toEqual([
      'line 1: GATE_A: there is a control character in its value',
    ]);
  });

  test('that is a comment and ends in a backslash is refused where systemd would take the next one with it', () => {
    expect(read('# in C:\\\nGATE_A=1', 'systemd').mistakes).toEqual([expect.stringMatching(/^line 1: a comment ends/)]);
    expect(read('# in C:\\\nGATE_A=1').settings).toEqual([{ name: 'GATE_A', value: '1' }]);
  });
});

const unit = fc.oneof(
  fc.constantFrom(...'"\'\\ #$`;=\t\u00A0'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const setting = fc.record({
  name: fc.integer({ min: 0, max: 999 }).map((n) => `GATE_${n}`),
  value: fc.string({ unit }),
});

test('whatever value is kept is read again as it was', () => {
  fc.assert(
    fc.property(setting, (one) => {
      expect(read(settingLine(one), 'systemd')).toEqual({ settings: [one], mistakes: [] });
    }),
  );
});

test('what is kept without a single quote in it is read as it was by Node too, which installs MediaMTX by it', () => {
  fc.assert(
    fc.property(setting, ({ name, value }) => {
      fc.pre(!value.includes("'"));
      expect(parseEnv(settingLine({ name, value }))).toEqual({ [name]: value });
    }),
  );
});

test('whatever text stands behind a name is refused, or is a value that can be kept', () => {
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const { settings, mistakes } = read(`GATE_A=${text}`);
      expect(settings.length + mistakes.length).toBe(1);
      expect(read(settings.map(settingLine).join('\n'), 'systemd')).toEqual({ settings, mistakes: [] });
    }),
  );
});

test('whatever value of an .env is taken, Node takes the same', () => {
  const inQuotes = fc.tuple(fc.constantFrom('', '"', "'"), fc.string({ unit }));
  fc.assert(
    fc.property(inQuotes, ([quote, text]) => {
      const line = `GATE_A=${quote}${text}${quote}`;
      const { settings } = read(line);
      fc.pre(settings.length === 1);
      expect(parseEnv(line)).toEqual({ GATE_A: settings[0]?.value });
    }),
  );
});

describe.skipIf(!existsSync(SYSTEMD))('systemd itself', () => {
  test('reads the same values as we do', async () => {
    const all = [
      ...READ.map(([, line, value]) => ({ line, value })),
      ...READ_BY_SYSTEMD_ALONE.map(([, line, , value]) => ({ line, value })),
      // It would be filled in, which is not so where a service gets its settings.
    ].filter(({ line }) => !line.includes('$'));
    const lines = all.map(({ line }, n) => line.replace('GATE_A', `GATE_${n}`));
    const values = await asSystemd(`${lines.join('\n')}\n`);
    const ours = all.map(({ value }, n) => ({ name: `GATE_${n}`, value }));
    expect(values).toEqual(expect.arrayContaining(ours.filter(({ value }) => value !== '')));
    expect(values).toHaveLength(ours.length - 1);
  });

  test('makes of what we refuse something that the operator may not have meant', async () => {
    const ofOne = async (line: string) =>
      (await asSystemd(`${line}\nGATE_Z=end\n`)).find(({ name }) => name === 'GATE_A')?.value ?? null;
    const made = await Promise.all(REFUSED.map(([, line]) => ofOne(line)));
    expect(made).toEqual(REFUSED.map(([, , , value]) => value));
  });

  test('reads what we keep as it was, whatever it is', async () => {
    // A `$` would be filled in, which is not so where a service gets its settings.
    const values = fc.sample(setting, 300).filter(({ value }) => value !== '' && !value.includes('$'));
    const kept = new Map(values.map(({ name, value }) => [name, value]));
    const text = [...kept].map(([name, value]) => `${settingLine({ name, value })}\n`).join('');
    expect(new Map((await asSystemd(text)).map(({ name, value }) => [name, value]))).toEqual(kept);
  });
});
