/**
 * Random sessions. Most are short, since most faults show within seconds; some last for hours. Numbers are drawn so that limits
 * (the KeepAlive interval, the caps, the deadlines) are reached.
 */
import * as fc from 'fast-check';
import type { Answer } from './world/platform.ts';
import type { ConnectionState } from '../../src/index.ts';
import {
  type Form,
  PLAIN_SETTING,
  type Reaction,
  type Scenario,
  type Setting,
  type Step,
} from './scenario.ts';

const pick = <Value>(...values: Value[]) => fc.constantFrom(...values);
const whole = (min: number, max: number) => fc.integer({ min, max });

const frameMs = pick(20, 50, 80, 100, 100, 200, 250, 400, 600);
const FORMS: Form[] = ['view', 'reused', 'buffer', 'node', 'odd', 'empties'];

/** Pauses from 20 ms to minutes, and rarely an hour. */
const pauseMs = fc.oneof(
  { weight: 6, arbitrary: whole(20, 2_900) },
  { weight: 6, arbitrary: whole(2_900, 12_000) },
  { weight: 2, arbitrary: whole(12_000, 90_000) },
  { weight: 1, arbitrary: whole(90_000, 400_000) },
);

const speak: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('speak' as const),
  ms: fc.oneof({ weight: 5, arbitrary: whole(60, 2_500) }, { weight: 1, arbitrary: whole(2_500, 14_000) }),
  frameMs,
  form: pick(...FORMS),
});

export const speech: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: speak },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('speak' as const),
      ms: whole(20, 800),
      frameMs,
      form: pick<Form>('tiny'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('burst' as const), ms: whole(100, 9_000), frameMs }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hush' as const), ms: whole(200, 6_000) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('rest' as const), ms: pauseMs }) },
);

export const wishes: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: pick('finalize' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: pick('pause' as const, 'resume' as const, 'resume' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: pick('connect' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: pick('close' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: pick('abort' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('react' as const),
      to: pick<ConnectionState>(
        'closed-1011',
        'queued',
        'backoff',
        'reconnecting',
        'streaming',
        'idle-keepalive',
        'draining',
        'dormant',
      ),
      by: pick<Reaction>('close', 'abort', 'connect', 'speak', 'speak', 'finalize', 'pause'),
    }),
  },
);

const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ kind: fc.constant('late' as const), ms: pick(300, 2_000, 9_900, 10_100, 60_000) }),
  fc.record({ kind: pick('fail' as const, 'nothing' as const, 'wrong' as const) }),
);

/** Ends of connections, by frequency. The last are fatal. */
const serverClose: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('serverClose' as const),
  code: pick(1000, 1000, 1001, 1005, 1006, 1011, 1011, 1011, 1012, 1013, 4000, 1008),
  reason: pick('', 'NET-0001', 'see https://dpgr.am/net0002', 'NET-0000', 'keepalive ping timeout'),
});

export const network: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: pick('cut' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('cutAfter' as const),
      bytes: fc.oneof(whole(0, 400), whole(0, 6_000)),
      direction: pick('up' as const, 'down' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('halfOpen' as const),
      direction: pick('both' as const, 'up' as const, 'down' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('outage' as const),
      ms: fc.oneof(whole(50, 3_000), whole(3_000, 30_000), whole(30_000, 200_000)),
      noticed: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: pick('online' as const, 'offline' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      latencyMs: pick(1, 20, 150, 600),
      jitterMs: pick(0, 40, 300),
      uplinkBytesPerSecond: pick(Infinity, Infinity, 300, 500, 2_000),
    }),
  },
);

export const server: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: serverClose },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      status: pick(429, 500, 503, 503, 401, 408, 403),
      times: pick(1, 1, 2, 4, 25),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('doom' as const),
      fault: pick('cut' as const, 'halfOpen' as const, 'stallResults' as const),
      afterAudioMs: whole(0, 6_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hang' as const), times: pick(1, 1, 2, 5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flap' as const),
      times: pick(1, 2, 12),
      code: pick(1011, 1000, 1006, 1013),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('dropOnCloseStream' as const),
      before: pick('results' as const, 'metadata' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: pick('malformed' as const, 'duplicate' as const, 'stall' as const, 'unstall' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('throttle' as const), factor: pick(0.5, 0.9, 1.25) }) },
);

export const machine: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('block' as const),
      ms: fc.oneof(whole(5, 1_500), whole(1_500, 6_900)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block' as const), ms: whole(7_000, 60_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('sleep' as const),
      ms: pick(2_000, 30_000, 3_600_000),
      frozen: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wallJump' as const),
      ms: pick(-3_600_000, -1_000, 500, 86_400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('crowd' as const), ms: pick(100, 2_000, 20_000, 90_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('token' as const), answer: answers, times: pick(1, 1, 2, 6) }),
  },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: speech },
  { weight: 4, arbitrary: wishes },
  { weight: 6, arbitrary: network },
  { weight: 5, arbitrary: server },
  { weight: 3, arbitrary: machine },
);

const long: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('converse' as const),
  turns: whole(20, 60),
  speakMs: whole(200, 3_000),
  restMs: fc.oneof(whole(50, 4_000), whole(4_000, 120_000)),
});

/** One of these, mostly the first. */
const mostly = <Value>(usual: Value, ...others: Value[]) => pick(...Array<Value>(9).fill(usual), ...others);

const anySetting: fc.Arbitrary<Setting> = fc.record({
  seed: fc.nat(1_000_000),
  // A low rate makes an hour cheap, and the recogniser still hears every single sample.
  rate: pick(...Array<number>(40).fill(200), 1_000, 4_000),
  face: pick('session' as const, 'session' as const, 'operator' as const),
  format: pick(...Array<'raw'>(19).fill('raw'), 'wav' as const),
  connect: mostly<'lazy' | 'eager'>('lazy', 'eager', 'eager'),
  interim: fc.boolean(),
  keepAliveMs: mostly(3_000, 1_000, 4_999, 5_000),
  disconnectAfterIdleMs: mostly(Infinity, 4_000, 15_000, 60_000),
  giveUpAfterMs: mostly(Infinity, 20_000, 300_000),
  drainMs: mostly(10_000, 0, 1_500, 30_000),
  catchUp: mostly<Setting['catchUp']>('all', 'live', { lastSeconds: 3 }),
  catchUpRate: mostly(1.2, 1.05),
  maxSeconds: pick(60, 60, 10, 20),
  overflow: mostly<Setting['overflow']>('drop-oldest', 'refuse'),
  auth: pick('function' as const, 'key' as const),
  latencyMs: pick(1, 20, 20, 150, 600),
  jitterMs: pick(0, 0, 40),
  platform: pick('node' as const, 'node' as const, 'browser' as const),
  lateEvents: fc.boolean(),
  isLimited: pick(false, false, true),
  keepAliveHolds: pick('after-audio' as const, 'always' as const),
  processingDelayMs: mostly(0, 400, 2_000),
  noAudioTimeoutMs: pick(300_000, 300_000, 30_000),
  ending: mostly<Setting['ending']>('close', 'abort'),
});

/** What can be told apart from the rest must be: the operator form has no answer to a chunk. */
export const setting: fc.Arbitrary<Setting> = anySetting.map((drawn) =>
  drawn.face === 'operator' ? { ...drawn, overflow: 'drop-oldest' } : drawn,
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  setting,
  steps: fc.oneof(
    { weight: 60, arbitrary: fc.array(step, { minLength: 1, maxLength: 7 }) },
    { weight: 12, arbitrary: fc.array(step, { minLength: 6, maxLength: 18 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: long }), {
        minLength: 3,
        maxLength: 8,
      }),
    },
  ),
});

/** A session in which nothing goes wrong, to be changed by a test. */
export const plain = (steps: Step[], changes: Partial<Setting> = {}): Scenario => ({
  setting: { ...PLAIN_SETTING, ...changes },
  steps,
});
