import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DoorBench, openDoorBench, refusalOf, SUB } from './door.fixture.ts';

describe('a viewer whose time is over', () => {
  let gate: DoorBench;
  beforeEach(async () => {
    gate = await openDoorBench();
  });
  afterEach(() => gate?.close());

  async function open(headers?: Record<string, string>): Promise<string> {
    const response = await gate.watch('/gate-sub/whep', headers);
    await response.text();
    return new URL(response.headers.get('Location') ?? '', response.url).href;
  }
  const renew = (session: string, headers: Record<string, string>) => fetch(session, { method: 'POST', headers });

  test('is let go within five seconds of the token’s end, and not before it', async () => {
    await open(gate.bearer(gate.token({ seconds: 60 })));
    await gate.pass(58_000);
    expect(gate.media.whep.size).toBe(1);
    await gate.pass(5_000);
    expect(gate.media.whep.size).toBe(0);
    expect(gate.events('viewer.let_go')).toEqual([{ stream: SUB, subject: 'operator-1', by: 'webrtc' }]);
    expect(gate.door.viewers()).toContainEqual({ stream: SUB, webrtc: 0, hls: 0, rtsp: 0 });
  });

  test('stays when it has shown a fresh token, and MediaMTX hears nothing of that', async () => {
    const session = await open(gate.bearer(gate.token({ seconds: 60 })));
    const asked = gate.media.asked.length;
    expect((await renew(session, gate.bearer(gate.token({ seconds: 600 })))).status).toBe(204);
    expect(gate.media.asked).toHaveLength(asked);
    await gate.pass(120_000);
    expect(gate.media.whep.size).toBe(1);
    expect(gate.events('viewer.renewed')).toEqual([{ stream: SUB, subject: 'operator-1', by: 'webrtc' }]);
    await gate.pass(500_000);
    expect(gate.media.whep.size).toBe(0);
  });

  test('renews nobody else’s session, nor its own with what is no token', async () => {
    const session = await open(gate.bearer(gate.token({ seconds: 60 })));
    const other = await renew(session, gate.bearer(gate.token({ subject: 'operator-2' })));
    expect(await refusalOf(other)).toEqual([403, 'forbidden']);
    expect(await refusalOf(await renew(session, gate.bearer('x.y.z')))).toEqual([401, 'unauthorized']);
    expect(await refusalOf(await renew(session, {}))).toEqual([401, 'unauthorized']);
    await gate.pass(62_000);
    expect(gate.media.whep.size).toBe(0);
    expect(await refusalOf(await renew(session, gate.bearer()))).toEqual([404, 'not_found']);
  });

  test('is let go though MediaMTX fails to, again and again, and is not heard meanwhile', async () => {
    const session = await open(gate.bearer(gate.token({ seconds: 60 })));
    gate.media.behaviour.kicksToFail = 3;
    await gate.pass(62_000);
    expect(gate.media.whep.size).toBe(1);
    expect(await refusalOf(await renew(session, gate.bearer()))).toEqual([404, 'not_found']);
    await gate.pass(3_000);
    expect(gate.media.whep.size).toBe(0);
    expect(gate.events('viewer.kick_failed')).toHaveLength(3);
    expect(gate.events('viewer.let_go')).toHaveLength(1);
  });

  test('that came with a ticket goes when the ticket’s token ends', async () => {
    const response = await gate.watch(`/gate-sub/whep?ticket=${gate.ticket({ seconds: 90 })}`, {});
    expect(response.status).toBe(201);
    await gate.pass(88_000);
    expect(gate.media.whep.size).toBe(1);
    await gate.pass(4_000);
    expect(gate.media.whep.size).toBe(0);
  });

  test('or who vanished, or whose MediaMTX was restarted, is not counted for long', async () => {
    await open();
    gate.media.whep.clear();
    await gate.pass(7_000);
    expect(gate.door.viewers()).toContainEqual({ stream: SUB, webrtc: 0, hls: 0, rtsp: 0 });
    expect(gate.events('viewer.left')).toEqual([{ stream: SUB, subject: 'operator-1', by: 'webrtc' }]);
  });

  test('a session that came around the door is ended', async () => {
    gate.media.whep.set('around', { id: '00000000-0000-4000-8000-000000000000', path: SUB });
    await open();
    await gate.pass(25_000);
    expect(gate.media.whep.size).toBe(2);
    await gate.pass(20_000);
    expect([...gate.media.whep.keys()]).not.toContain('around');
    expect(gate.media.whep.size).toBe(1);
  });

  test('a door that closes lets its own loops end', async () => {
    await gate.door.close();
    expect(gate.clock.sleeping).toBe(0);
    gate.door.close = async () => {};
  });
});
