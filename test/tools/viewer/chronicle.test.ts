import { describe, expect, test } from 'vitest';
import { connectionMachine } from '../../../src/connection/connection-machine.ts';
import { EDGES } from '../../../src/tools/viewer/statechart/arrows.ts';
import { NOTES } from '../../../scripts/draw-statechart/notes.ts';
import { graphOf } from '../../../src/tools/viewer/statechart/graph.ts';
import { BOXES } from '../../../src/tools/viewer/statechart/layout.ts';
import { count } from '../../../src/testing/index.ts';
import { openSession } from './session.ts';

const transitionsIn = (news: ReturnType<typeof openSession>['news']) =>
  news.flatMap((each) => (each.type === 'transitions' ? each.ids : []));

describe('what the machine did', () => {
  test('describes states and transitions by the names of the picture', async () => {
    const { network, emulator, chronicle, news, speak, close } = openSession();
    await speak(3_000);
    network.cut();
    await speak(3_000);
    emulator.closeAll(1011, 'NET-0000');
    await speak(3_000);
    await close();
    expect(chronicle.spans.map(({ state }) => state).join(' > ')).toBe(
      'dormant > connecting > streaming > backoff > reconnecting > streaming > closed-1011 > backoff > reconnecting > streaming > draining > closed',
    );
    expect(transitionsIn(news)).toEqual([
      'dormant audio.pending > connecting',
      'connecting socket.opened [hasAudio] > streaming',
      'attached audio.confirmed',
      'attached socket.ended > deciding',
      'deciding always [decided retry] > backoff',
      'backoff after.backoff > reconnecting',
      'reconnecting socket.opened [hasAudio] > streaming',
      'attached audio.confirmed',
      'attached socket.ended [isInternalError] > closed-1011',
      'closed-1011 after.0 > deciding',
      'deciding always [decided retry] > backoff',
      'backoff after.backoff > reconnecting',
      'reconnecting socket.opened [hasAudio] > streaming',
      'attached audio.confirmed',
      'streaming user.close > draining',
      'attached drain.completed [isClosing] > closed',
    ]);
  });

  test('describes a session with Flux, too', async () => {
    const { network, chronicle, news, live, speak, wait, close } = openSession({ model: 'flux-general-en' });
    await speak(2_000);
    network.cut();
    await speak(2_000);
    await wait(15_000);
    await close();
    expect(chronicle.spans.map(({ state }) => state).join(' > ')).toBe(
      'dormant > connecting > streaming > backoff > reconnecting > streaming > idle-keepalive > draining > closed',
    );
    const finals = news.flatMap((each) =>
      each.type === 'transcript' && each.heard.final ? each.heard.text : [],
    );
    expect(finals.join(' ')).toBe(
      count(1, 8)
        .map((word) => String(word).padStart(4, '0'))
        .join(' '),
    );
    expect(live.ledger.pending).toBe(0);
  });

  test('lights an arrow for every transition that changes the state', () => {
    const told = [...NOTES, ...Object.values(BOXES)].flatMap(({ draws = [] }) => draws);
    for (const { id } of graphOf(connectionMachine).transitions.filter(({ id }) => !told.includes(id))) {
      expect(
        EDGES.filter(({ draws }) => draws.includes(id)),
        id,
      ).toHaveLength(1);
    }
  });

  test('lights the way of a lost connection to the decision, and from there', () => {
    const waysOf = (id: string) =>
      EDGES.filter(({ draws, carries }) => draws.includes(id) || carries?.test(id));
    expect(waysOf('attached socket.ended > deciding')).toHaveLength(1);
    expect(waysOf('deciding always [decided retry] > backoff')).toHaveLength(1);
    expect(waysOf('deciding always > failed')).toHaveLength(1);
    expect(waysOf('attached socket.ended [isInternalError] > closed-1011')).toHaveLength(1);
    expect(waysOf('closed-1011 after.0 > deciding')).toHaveLength(1);
    expect(waysOf('reconnecting socket.opened > idle-keepalive')).toHaveLength(2);
  });
});

describe('the log', () => {
  test('shows where events led, why a connection was lost and how long that took', async () => {
    const { network, chronicle, speak, close } = openSession();
    await speak(2_000);
    network.cut();
    await speak(2_000);
    await close();
    const lost = chronicle.entries.find(({ name }) => name === 'socket.ended');
    expect(lost).toMatchObject({ kind: 'event', to: 'backoff', detail: 'network-lost · 1006 · ECONNRESET' });
    const opened = chronicle.entries.filter(({ name }) => name === 'socket.opened');
    expect(opened[0]).toMatchObject({ to: 'streaming', detail: 'audio is waiting' });
    expect(opened[1]?.detail).toMatch(/^connected again after 0\.\d\d s$/);
    expect(chronicle.entries.map(({ name }) => name)).toContain('after backoff');
  });

  test('shows ignored events as ignored', async () => {
    const { live, chronicle, speak } = openSession();
    await speak(1_000);
    live.actor.send({ type: 'network.online' });
    expect(chronicle.entries.at(-1)).toMatchObject({
      kind: 'ignored',
      name: 'network.online',
      to: undefined,
    });
    live.abort();
  });

  test('describes what was wrong with a message', async () => {
    const { chronicle, emulator, speak, live } = openSession();
    await speak(1_000);
    emulator.malformed();
    await speak(1_000);
    const told = chronicle.entries.filter(({ name }) => name === 'message-malformed');
    const problems = told.map(({ detail }) => /ignored \((.*)\)\.$/.exec(detail)?.[1]);
    expect([...new Set(problems)]).toEqual([
      'problem: not a message',
      'problem: no type',
      'problem: Results: channel_index is missing or wrong',
      'problem: Results: start is missing or wrong',
      'problem: Results: duration is missing or wrong',
      'problem: Results: is_final is missing or wrong',
      'problem: UtteranceEnd: channel is missing or wrong',
      'problem: binary, bytes 4',
    ]);
    live.abort();
  });

  test('takes notes, and marks them on the timeline', () => {
    const { live, chronicle, news } = openSession();
    chronicle.note('Cut');
    expect(news.slice(-2)).toEqual([
      { type: 'mark', mark: { kind: 'note', atMs: 0, text: 'Cut' } },
      { type: 'entry', entry: { kind: 'note', atMs: 0, name: 'Cut', detail: '', to: undefined } },
    ]);
    live.abort();
  });

  test.each([
    ['drained', 'Ended by the user; all results have come.'],
    ['deadline', 'Ended by the user. The drain was cut short: 1.9 s have no result.'],
    ['aborted', 'Ended by the user at once, without a drain.'],
    ['failed', 'unauthorized: The connection ended for good'],
  ] as const)('shows how the session ended: %s', async (outcome, words) => {
    const { live, news, chronicle, emulator, network, speak, wait } = openSession();
    await speak(1_000);
    if (outcome === 'deadline' || outcome === 'failed') {
      emulator.refuse(outcome === 'failed' ? 401 : 503, { times: 100 });
      network.cut();
      await speak(1_500);
    }
    if (outcome === 'aborted') live.abort();
    if (outcome === 'drained' || outcome === 'deadline') void live.close();
    await wait(60_000);
    const last = news.at(-1);
    if (last?.type !== 'ended') throw new Error(`The last that was told is ${last?.type}.`);
    expect((await live.close()).outcome).toBe(outcome);
    expect(chronicle.ending).toContain(words);
  });

  test('gives nothing more after it was stopped', async () => {
    const { live, chronicle, news, speak } = openSession();
    await speak(1_000);
    chronicle.stop();
    const before = news.length;
    await speak(1_000);
    live.abort();
    await live.close();
    expect(news.length).toBe(before);
  });
});

describe('the timeline', () => {
  test('marks connections, losses, KeepAlives and the close', async () => {
    const { network, chronicle, speak, wait, close } = openSession();
    await speak(1_000);
    await wait(10_000);
    await speak(1_000);
    network.cut();
    await speak(1_000);
    await close();
    expect(chronicle.marks.map(({ kind }) => kind)).toEqual([
      'opened',
      'keep-alive',
      'keep-alive',
      'keep-alive',
      'lost',
      'opened',
      'closing',
    ]);
  });

  test('shows the delay of interim and final texts, also after an outage', async () => {
    const { emulator, network, chronicle, speak, close } = openSession();
    await speak(4_000);
    const lateMs = () => chronicle.latenesses.map((each) => each.lateMs);
    expect(chronicle.latenesses.some(({ isFinal }) => isFinal)).toBe(true);
    expect(Math.max(...lateMs())).toBeLessThan(2_000);
    emulator.refuse(503, { times: 6 });
    network.cut();
    await speak(12_000);
    await close();
    expect(Math.max(...lateMs())).toBeGreaterThan(2_500);
  });

  test('shows loudness where audio went out, and nothing in a pause', async () => {
    const { chronicle, speak, wait, live } = openSession();
    await speak(2_000);
    const cells = [...chronicle.loudness.keys()];
    await wait(5_000);
    expect([...chronicle.loudness.keys()]).toEqual(cells);
    expect(cells.length).toBeGreaterThanOrEqual(19);
    for (const level of chronicle.loudness.values()) expect(level).toBeGreaterThanOrEqual(0);
    expect(Math.max(...chronicle.loudness.values())).toBeGreaterThan(0);
    live.abort();
  });

  test('keeps no more than it can show, however long the session', () => {
    const { live, chronicle } = openSession();
    for (let i = 0; i < 1_500; i += 1) chronicle.note('again');
    expect(chronicle.marks).toHaveLength(1_000);
    expect(chronicle.entries).toHaveLength(1_000);
    live.abort();
  });
});
