/**
 * Rare sessions: each reaches a cell of the machine's table that random sessions reach once in a hundred thousand, by the
 * public interface only. `coverage.test.ts` names the cells that cannot be reached.
 */
import { plain } from './generators.ts';
import type { Scenario, Step } from './scenario.ts';

const speak = (ms: number): Step => ({ do: 'speak', ms, frameMs: 100, form: 'view' });
const rest = (ms: number): Step => ({ do: 'rest', ms });
const ends = (code: number, reason = ''): Step => ({ do: 'serverClose', code, reason });
const connect: Step = { do: 'connect' };
const close: Step = { do: 'close' };
const finalize: Step = { do: 'finalize' };
const online: Step = { do: 'online' };
const hang: Step = { do: 'hang', times: 1 };
const refuse: Step = { do: 'refuse', status: 503, times: 25 };
const deafen: Step = { do: 'halfOpen', direction: 'both' };
const doomed = (afterAudioMs: number): Step => ({ do: 'doom', fault: 'halfOpen', afterAudioMs });

const crowd = (ms: number): Step => ({ do: 'crowd', ms });
const freeze: Step = { do: 'sleep', ms: 2_000, frozen: true };

const times = (count: number, ...steps: Step[]): Step[] => Array.from({ length: count }, () => steps).flat();

/** Twenty connections in a row that the server ended while nothing was said: the budget is spent, and the session rests. */
const spent = times(20, connect, rest(100), ends(1000), rest(50));

const restAfterOnline = [connect, online, rest(100), ends(1000), rest(100)];

export const RARE_LIVES: Record<string, Scenario> = {
  'an attempt fails when the budget is spent': plain([
    ...spent,
    { do: 'refuse', status: 503, times: 1 },
    connect,
    rest(1_000),
  ]),
  'somebody speaks while an idle drain waits for its answer': plain(
    [
      connect,
      rest(3_000),
      { do: 'weather', latencyMs: 600, jitterMs: 0, uplinkBytesPerSecond: Infinity },
      rest(1_100),
      speak(200),
      rest(3_000),
    ],
    { disconnectAfterIdleMs: 4_000 },
  ),
  'the server ends a connection on which all that was said is final': plain([
    speak(600),
    finalize,
    rest(500),
    ends(1000),
    rest(100),
  ]),
  'a stall is one too many': plain([...spent, speak(200), deafen, speak(14_000)]),
  'a stall is one too many, in a pause': plain([...spent, speak(200), deafen, speak(6_500), rest(12_000)]),
  'a stall is one too many, in the drain of an idle connection': plain(
    [...spent, speak(200), deafen, speak(5_000), rest(20_000)],
    { disconnectAfterIdleMs: 1_000 },
  ),
  'a stall ends it all': plain([speak(200), deafen, speak(14_000)], { giveUpAfterMs: 0 }),
  'a stall ends it all, in a pause': plain([speak(200), deafen, speak(6_500), rest(12_000)], {
    giveUpAfterMs: 0,
  }),
  'a stall ends it all, in a drain': plain([speak(200), deafen, close, rest(9_000)], { giveUpAfterMs: 0 }),
  'an idle drain stalls when the budget is spent': plain(
    [...spent, connect, rest(2_000), deafen, rest(12_000)],
    { disconnectAfterIdleMs: 4_000, drainMs: 2_000 },
  ),
  'an idle drain is cut when the budget is spent': plain(
    [
      ...spent,
      connect,
      rest(3_000),
      { do: 'weather', latencyMs: 600, jitterMs: 0, uplinkBytesPerSecond: Infinity },
      rest(1_100),
      { do: 'cut' },
      rest(1_000),
    ],
    { disconnectAfterIdleMs: 4_000 },
  ),
  'the server ends an idle drain before it has seen it': plain(
    [
      connect,
      rest(3_000),
      { do: 'weather', latencyMs: 600, jitterMs: 0, uplinkBytesPerSecond: Infinity },
      rest(1_100),
      ends(1000),
      rest(2_000),
    ],
    { disconnectAfterIdleMs: 4_000 },
  ),
  'audio comes while an idle drain gets no answer': plain(
    [speak(500), deafen, { do: 'react', to: 'draining', by: 'speak' }, rest(30_000)],
    { disconnectAfterIdleMs: 4_000, drainMs: 500 },
  ),
  'an unfinished word waits in dormant, and is closed': plain([
    speak(300),
    rest(3_500),
    ends(1000),
    rest(1_000),
    ends(1000),
    rest(1_000),
    close,
  ]),
  'a page is frozen while a connection is made, for nothing that was said': plain([
    connect,
    rest(500),
    { do: 'hang', times: 1 },
    { do: 'cut' },
    rest(1_000),
    { do: 'sleep', ms: 2_000, frozen: true },
    rest(1_000),
  ]),
  'everything is final, and the server does not say so': plain([
    speak(600),
    finalize,
    rest(500),
    deafen,
    close,
    rest(8_000),
  ]),
  'a session is closed between two connections, with nothing to say': plain([
    connect,
    rest(500),
    { do: 'cut' },
    rest(1),
    close,
  ]),
  'a pause ends with a refusal': plain([connect, rest(1_000), ends(1008), rest(1_000)]),
  'speech is cut off when the budget is spent': plain([...spent, speak(300), { do: 'cut' }, rest(1_000)]),
  'the app speaks when it hears of 1011': plain([
    connect,
    rest(100),
    { do: 'react', to: 'closed-1011', by: 'speak' },
    ends(1011),
    rest(1_000),
  ]),
  'the app speaks when it hears of an idle end': plain([
    connect,
    rest(100),
    { do: 'react', to: 'closed-1011', by: 'speak' },
    ends(1011, 'NET-0002'),
    rest(1_000),
  ]),
  'the app closes when it hears of 1011': plain([
    speak(300),
    { do: 'react', to: 'closed-1011', by: 'close' },
    ends(1011),
    rest(1_000),
  ]),
  'the app closes when it hears of 1011, with nothing said': plain([
    connect,
    rest(100),
    { do: 'react', to: 'closed-1011', by: 'close' },
    ends(1011),
    rest(1_000),
  ]),
  'the app aborts when it hears of 1011': plain([
    speak(300),
    { do: 'react', to: 'closed-1011', by: 'abort' },
    ends(1011),
    rest(1_000),
  ]),
  '1011 in a drain of nothing': plain([connect, rest(100), close, ends(1011), rest(1_000)]),
  '1011 is the last that is borne': plain([speak(300), ends(1011), rest(1_000)], { giveUpAfterMs: 0 }),
  '1011 when the budget is spent': plain([...spent, speak(300), ends(1011), rest(1_000)]),
  'an idle connection is lost when the budget is spent': plain([
    ...spent,
    connect,
    rest(1_000),
    { do: 'cut' },
    rest(1_000),
  ]),
  'an idle connection goes silent after speech': plain([speak(200), deafen, speak(6_500), rest(12_000)]),
  'a suspended session is told to connect': plain([
    ...spent,
    connect,
    rest(1_000),
    { do: 'cut' },
    rest(1_000),
    connect,
    rest(1_000),
  ]),
  'a connection goes silent with its first audio': plain([doomed(0), speak(15_000)]),
  'the platform says “online”, and the session rests before it may count again': plain([
    ...restAfterOnline,
    rest(2_000),
    ...restAfterOnline,
    hang,
    connect,
    rest(2_000),
  ]),
  'the platform says “online” again, to a first attempt': plain([
    ...restAfterOnline,
    hang,
    connect,
    online,
    rest(2_000),
  ]),
  'the platform says “online” again, in a backoff': plain([
    refuse,
    connect,
    rest(4_000),
    online,
    rest(50),
    online,
    rest(1_500),
  ]),
  'the platform says “online” again, to a suspended session': plain([
    ...spent,
    refuse,
    connect,
    rest(1_000),
    online,
    rest(100),
    online,
    rest(3_000),
  ]),
  'a session waits in line, and comes nearer': plain(
    [crowd(1_000), crowd(1_000), speak(3_000), rest(2_000)],
    {
      isLimited: true,
    },
  ),
  'a session is closed in the line, with nothing to say': plain([crowd(9_000), connect, rest(100), close], {
    isLimited: true,
  }),
  'the platform says “offline” to a session in the line': plain(
    [crowd(3_000), speak(500), { do: 'offline' }, rest(5_000)],
    { isLimited: true },
  ),
  'an attempt is begun afresh, and another session has the place': plain(
    [hang, connect, crowd(9_000), online, rest(20_000)],
    { isLimited: true },
  ),
  'a page is frozen in the line': plain([crowd(9_000), speak(500), freeze, rest(20_000)], {
    isLimited: true,
  }),
  'a page is frozen in the line, with nothing said': plain(
    [crowd(9_000), connect, rest(100), freeze, rest(9_000)],
    {
      isLimited: true,
    },
  ),
  'a page is frozen in the line, and it is one end too many': plain([crowd(9_000), speak(500), freeze], {
    isLimited: true,
    giveUpAfterMs: 0,
  }),
  'a page is frozen in the line, and the budget is spent': plain(
    [...spent, crowd(9_000), speak(500), freeze, rest(40_000)],
    { isLimited: true },
  ),
  'an idle drain ends as idle connections end': plain([connect, rest(4_010), ends(1000), rest(1_000)], {
    disconnectAfterIdleMs: 4_000,
    latencyMs: 600,
  }),
};
