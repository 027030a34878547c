import { PassThrough } from 'node:stream';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, test } from 'vitest';
import { reasonOf } from '../shared/support/errors.ts';
import { readConfig } from './config.ts';
import { hiddenInput, Interrupted } from './hidden-input.ts';
import { setCameraPassword } from './set-camera-password.ts';

const PASSWORD = 'invented Pass-9 ';
const camera = (id: string) => ({ id, host: `${id}.example.com`, user: 'gate-camera' });
const configOf = (...ids: string[]) =>
  readConfig(
    JSON.stringify({ cameras: ids.map(camera), tokens: { issuer: 'cognito' }, alarmEmail: 'ops@example.com' }),
    'here.json',
  );

class FakeStore {
  puts: unknown[] = [];
  failure: Error | undefined;
  send: SSMClient['send'] = async ({ input }: { input: unknown }) => {
    if (this.failure) throw this.failure;
    this.puts.push(input);
    return { Version: this.puts.length };
  };
}
let store: FakeStore;
beforeEach(() => {
  store = new FakeStore();
});
const answers =
  (...given: string[]) =>
  async () =>
    given.shift() ?? '';
const refusal = (promise: Promise<unknown>) => promise.then(() => 'it was taken', reasonOf);

describe('a camera’s password', () => {
  test('goes into its own parameter, encrypted by the deployment’s key, blanks and all', async () => {
    const ask = answers(PASSWORD, PASSWORD);
    const done = await setCameraPassword('exit', {
      config: configOf('gate', 'exit'),
      client: store,
      ask,
      isTyped: true,
    });
    expect(done).toEqual({ name: '/gate-camera/cameras/exit/password', version: 1 });
    expect(store.puts).toEqual([
      {
        Name: '/gate-camera/cameras/exit/password',
        Value: PASSWORD,
        Type: 'SecureString',
        KeyId: 'alias/gate-camera-passwords',
        Overwrite: true,
      },
    ]);
  });

  test('of the only camera needs no name', async () => {
    const done = await setCameraPassword(undefined, {
      config: configOf('gate'),
      client: store,
      ask: answers(PASSWORD),
      isTyped: false,
    });
    expect(done.name).toBe('/gate-camera/cameras/gate/password');
  });

  test.each([
    [
      'of a camera that is not there',
      'yard',
      [PASSWORD, PASSWORD],
      'there is no camera of this id; there are gate, exit',
    ],
    [
      'of one of several, without saying which',
      undefined,
      [PASSWORD, PASSWORD],
      'say which camera; there are gate, exit',
    ],
    ['typed differently the second time', 'gate', [PASSWORD, 'Other-Pass9'], 'the two are not the same'],
    ['that is empty', 'gate', ['', ''], 'it must be 1 to 128 characters'],
  ])('%s is not stored', async (_, id, given, sentence) => {
    const ask = answers(...given);
    const told = await refusal(
      setCameraPassword(id, { config: configOf('gate', 'exit'), client: store, ask, isTyped: true }),
    );
    expect(told).toBe(`could not set the password: ${sentence}`);
    expect(store.puts).toEqual([]);
  });

  test('piped in with another line behind it is not stored: which of them is meant?', async () => {
    const ask = answers(PASSWORD, 'another line');
    const told = await refusal(
      setCameraPassword('gate', { config: configOf('gate'), client: store, ask, isTyped: false }),
    );
    expect(told).toBe('could not set the password: more than one line came');
    expect(store.puts).toEqual([]);
  });

  test('of bytes that are no UTF-8 is not stored as something else', async () => {
    const ask = answers(Buffer.from('pass\xe9', 'latin1').toString());
    const config = configOf('gate');
    const told = await refusal(setCameraPassword('gate', { config, client: store, ask, isTyped: false }));
    expect(told).toBe('could not set the password: it must be UTF-8');
  });

  test('is not in the words of a failure, nor anywhere in the error', async () => {
    store.failure = Object.assign(new Error('AccessDenied'), { $request: { Value: PASSWORD } });
    const failed = setCameraPassword('gate', {
      config: configOf('gate'),
      client: store,
      ask: answers(PASSWORD),
      isTyped: false,
    });
    const thrown: unknown = await failed.catch((error: unknown) => error);
    expect(reasonOf(thrown)).toBe('could not store the password in /gate-camera/cameras/gate/password: AccessDenied');
    expect(thrown).not.toHaveProperty('cause', expect.anything());
  });
});

describe('what is typed', () => {
  test.each([true, false])('is taken line by line and never shown (on a terminal: %s)', async (isTTY) => {
    const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => input });
    const output = new PassThrough();
    const shown: string[] = [];
    output.on('data', (chunk: Buffer) => shown.push(chunk.toString()));
    const { ask, close } = hiddenInput({ input, output });
    const first = ask('Password: ');
    input.write(`${PASSWORD}\n`);
    expect(await first).toBe(PASSWORD);
    const second = ask('Once more: ');
    input.write('again\n');
    expect(await second).toBe('again');
    close();
    expect(shown.join('')).toBe('Password: \nOnce more: \n');
  });

  test('is an interruption where a person types nothing but Ctrl-C or Ctrl-D', async () => {
    for (const key of ['\x03', '\x04']) {
      const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
      const { ask, close } = hiddenInput({ input, output: new PassThrough().resume() });
      const asked = ask('Password: ');
      input.write(key);
      await expect(asked).rejects.toThrow(Interrupted);
      close();
    }
  });

  test('ends with the pipe it comes from', async () => {
    const input = new PassThrough();
    const { ask, close } = hiddenInput({ input, output: new PassThrough().resume() });
    input.end();
    expect(await ask('Password: ')).toBe('');
    close();
  });
});
