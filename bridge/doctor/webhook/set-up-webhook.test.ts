import { readdir, readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { pushTargetOf } from '../../../shared/isapi/notification-hosts/push-target.ts';
import { systemClock as clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { askLoggedIn } from '../../../test/camera/camera-client.ts';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import { openPractice, type Practice } from '../visit.fixture.ts';
import { restoreSlot } from './restore-slot.ts';
import { setUpWebhook } from './set-up-webhook.ts';
import { confirmOn } from './terminal.ts';
import { webhookTarget } from './webhook-target.ts';

const HOSTS = '/ISAPI/Event/notification/httpHosts';
const FOREIGN = 'http://192.0.2.50:7000/somebody/elses?key=1';
const OURS = 'http://192.0.2.9:8080/api/gate/anpr-event/invented-push-token-1';

let practice: Practice;
let said: string[];
let questions: string[];
async function start(options: CameraOptions = {}): Promise<Practice> {
  practice = await openPractice({ heartbeatMs: false, ...options });
  [said, questions] = [[], []];
  return practice;
}
afterEach(() => practice.close());

const opened = () => {
  const [camera] = [...practice.open().cameras.values()];
  if (!camera) throw new Error('one camera was configured');
  return camera;
};
const conversation = (answer = true) => ({
  say: (line: string) => void said.push(line),
  confirm: async (question: string) => {
    questions.push(question);
    return answer;
  },
  folder: practice.folder,
  clock,
});
const setUp = (url = OURS, slot: string | null = null, answer = true) =>
  setUpWebhook(opened(), { target: pushTargetOf(url), slot }, conversation(answer));
const slots = async () => (await askLoggedIn(practice.camera, HOSTS)).body;
const puts = () => practice.camera.requests.filter(({ method, status }) => method === 'PUT' && status === 200).length;
const keptFile = async (): Promise<string> => {
  const [name] = (await readdir(practice.folder)).filter((entry) => entry.endsWith('.xml'));
  return `${practice.folder}/${name}`;
};

describe('setting the webhook up', () => {
  test('shows the slot before and after, asks, writes, reads back, and the camera pushes there', async () => {
    const { camera } = await start();
    expect(await setUp()).toMatchObject({ result: 'written' });
    expect(questions).toEqual(['Write slot 1 of camera gate?']);
    expect(said[0]).toBe('before  slot 1: free');
    expect(said[1]).toBe('after   slot 1: http://192.0.2.9:8080/api/gate/anpr-event/***');
    expect(said.at(-1)).toBe('now     slot 1: http://192.0.2.9:8080/api/gate/anpr-event/***');
    expect(said.join()).not.toContain('invented-push-token');
    expect((await slots()).toString()).toContain('<url>/api/gate/anpr-event/invented-push-token-1</url>');
    expect([puts(), camera.logins.bad]).toEqual([1, 0]);
  });

  test('and restoring it leaves the camera byte for byte as it was', async () => {
    await start({ notificationHosts: { slots: [FOREIGN, null] } });
    const before = await slots();
    const { file } = await setUp(OURS, '1');
    expect(await slots()).not.toEqual(before);
    expect(await restoreSlot(opened(), file ?? '', conversation())).toMatchObject({ result: 'restored' });
    expect((await slots()).equals(before)).toBe(true);
    expect(said.at(-1)).toBe('back    byte for byte as it was');
  });

  test('writes nothing without a yes', async () => {
    await start();
    const before = await slots();
    expect(await setUp(OURS, null, false)).toMatchObject({ result: 'declined', after: 'slot 1: free', file: null });
    expect((await slots()).equals(before)).toBe(true);
    expect(puts()).toBe(0);
  });

  test('a second time changes nothing and asks nothing', async () => {
    await start();
    await setUp();
    expect(await setUp()).toMatchObject({ result: 'unchanged' });
    expect([puts(), questions.length]).toEqual([1, 1]);
  });

  test('takes our own slot before a free one, and a free one before anybody else’s', async () => {
    await start({ notificationHosts: { slots: [FOREIGN, null, 'http://192.0.2.8/api/gate/anpr-event/'] } });
    await setUp();
    expect(said[0]).toContain('slot 3');
    const text = (await slots()).toString();
    expect(text).toContain('/somebody/elses?key=1');
    expect(text).toContain('<ipAddress>0.0.0.0</ipAddress>');
  });

  test('never takes somebody else’s slot unless it is named, and says whose it is', async () => {
    await start({ notificationHosts: { slots: [FOREIGN] } });
    const refused = await setUp().catch(reasonOf);
    expect(refused).toMatch(/all are somebody else's \(slot 1: http:\/\/192\.0\.2\.50:7000\/…\)/);
    expect(puts()).toBe(0);
    await setUp(OURS, '1');
    expect(said).toContain('        this slot is somebody else’s: their pushes end');
    expect(puts()).toBe(1);
    expect(await setUp(OURS, '7').catch(reasonOf)).toContain('the camera has 1');
  });

  test('keeps the slot as it was where only its owner can read it', async () => {
    await start({ notificationHosts: { slots: [FOREIGN] } });
    const before = (await askLoggedIn(practice.camera, `${HOSTS}/1`)).body;
    await setUp(OURS, '1');
    expect((await readFile(await keptFile())).equals(before)).toBe(true);
  });

  test('tells when the camera stored something else than it was given', async () => {
    await start({ notificationHosts: { quirk: 'https-ignored' } });
    const refused = await setUp('https://api.example.com/api/gate/anpr-event/').catch(reasonOf);
    expect(refused).toContain('the camera stored another protocol; --restore');
  });

  test('a camera without an address for its only slot is written by its list, and restored so', async () => {
    await start({ notificationHosts: { quirk: 'list-only' } });
    const before = await slots();
    const { file } = await setUp();
    expect((await slots()).toString()).toContain('192.0.2.9');
    await restoreSlot(opened(), file ?? '', conversation());
    expect((await slots()).equals(before)).toBe(true);
  });

  test('old firmware forgets it at a reboot, and that is said before', async () => {
    const { camera } = await start({ firmware: 'v5.4.5' });
    await setUp();
    expect(said.join('\n')).toContain('forgets the slot at every reboot');
    camera.reboot();
    expect((await slots()).toString()).toContain('0.0.0.0');
  });

  test('a wrong password is one refused login and no write', async () => {
    const { camera, open } = await start();
    const [wrong] = [...open({ GATE_CAMERA_PASS: 'not-the-Password-1' }).cameras.values()];
    if (!wrong) throw new Error('one camera was configured');
    const wanted = { target: pushTargetOf(OURS), slot: null };
    expect(await setUpWebhook(wrong, wanted, conversation()).catch(reasonOf)).toContain('guard is shut');
    expect(await setUpWebhook(wrong, wanted, conversation()).catch(reasonOf)).toContain('guard is shut');
    expect([camera.logins.bad, puts()]).toEqual([1, 0]);
  });
});

describe('restoring', () => {
  test('refuses what is no slot, and writes nothing without a yes', async () => {
    const { folder } = await start();
    expect(await restoreSlot(opened(), `${folder}/none.xml`, conversation()).catch(reasonOf)).toContain('ENOENT');
    const { file } = await setUp();
    const after = await slots();
    expect(await restoreSlot(opened(), file ?? '', conversation(false))).toMatchObject({ result: 'declined' });
    expect((await slots()).equals(after)).toBe(true);
  });
});

describe('the target', () => {
  test('is the API’s webhook with the camera’s own token, unless another is named', async () => {
    const { open, namedWith } = await start();
    const [named] = [...open(namedWith({ pushToken: 'invented-push-token-1' })).cameras.values()];
    if (!named) throw new Error('one camera was configured');
    const target = webhookTarget(named.camera, { url: null, apiUrl: 'https://api.example.com' });
    expect(target).toMatchObject({ protocol: 'HTTPS', path: '/api/gate/anpr-event/invented-push-token-1' });
    expect(webhookTarget(named.camera, { url: 'http://192.0.2.1/x', apiUrl: null })).toMatchObject({ path: '/x' });
    expect(() => webhookTarget(named.camera, { url: null, apiUrl: null })).toThrow('--webhook-url');
  });
});

describe('the question', () => {
  test.each([
    ['y\n', true],
    ['Yes\n', true],
    ['\n', false],
    ['yo\n', false],
  ])('answered by %j is %s', async (answer, meant) => {
    await start();
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const asked = confirmOn(
      { input, output: new PassThrough().resume() },
      { yes: false, stop: new AbortController() },
    )('Write?');
    input.write(answer);
    expect(await asked).toBe(meant);
  });

  test('is not answered by a pipe', async () => {
    await start();
    const stop = new AbortController();
    const pipe = { input: new PassThrough(), output: new PassThrough() };
    await expect(confirmOn(pipe, { yes: false, stop })('Write?')).rejects.toThrow('--yes');
    expect(await confirmOn(pipe, { yes: true, stop })('Write?')).toBe(true);
  });

  test('is no when the terminal goes away, and when it is interrupted', async () => {
    await start();
    const ask = (stop: AbortController) => {
      const input = Object.assign(new PassThrough(), { isTTY: true });
      return { input, asked: confirmOn({ input, output: new PassThrough().resume() }, { yes: false, stop })('Write?') };
    };
    const gone = ask(new AbortController());
    gone.input.end();
    expect(await gone.asked).toBe(false);
    const stop = new AbortController();
    const { asked } = ask(stop);
    stop.abort();
    expect(await asked).toBe(false);
    expect(await confirmOn({ input: gone.input, output: new PassThrough() }, { yes: true, stop })('Write?')).toBe(
      false,
    );
  });
});
