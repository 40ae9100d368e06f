/** The outcome of a session: the output of the machine. */
import { expect, test } from 'vitest';
import type { ConnectionOutput } from '../../src/connection/connection-machine.ts';
import {
  abort,
  audio,
  close,
  connect,
  drive,
  elapsed,
  ended,
  opened,
  start,
  type Step,
} from './situations.ts';

const drained = (isWhole: boolean): Step => ({ type: 'drain.completed', link: 1, isWhole });
const deadline: Step = { type: 'deadline.passed' };
const draining = [audio, opened(true), close(true)];

const LIVES: readonly [outcome: ConnectionOutput['outcome'], how: string, life: readonly Step[]][] = [
  ['drained', 'a drain confirmed all audio', [...draining, drained(true)]],
  ['drained', 'it was closed before any audio came', [close(false)]],
  [
    'drained',
    'the connection was lost in a drain with nothing left to confirm',
    [...draining, ended('network-lost')],
  ],
  [
    'drained',
    'a 1011 ended a drain with nothing left to confirm',
    [...draining, ended('no-audio', false, { code: 1011 }), elapsed('after.0')],
  ],
  [
    'drained',
    'an idle connection was given back, and then it was closed',
    [connect, opened(false), { type: 'idle.elapsed' }, drained(true), close(false)],
  ],
  ['deadline', 'a drain completed and left audio without a result', [...draining, drained(false)]],
  ['deadline', 'the deadline passed in a drain', [...draining, deadline]],
  [
    'deadline',
    'the deadline passed between two attempts',
    [...draining, ended('network-lost', true), deadline],
  ],
  [
    'deadline',
    'the server ended two drains in good order without the last result',
    [
      ...draining,
      ended('network-lost', true),
      elapsed('after.backoff'),
      opened(true),
      { ...ended('normal', true), flowingAudio: false } as Step,
    ],
  ],
  ['aborted', 'it was aborted before anything else', [abort]],
  ['aborted', 'it was aborted with audio pending', [audio, opened(true), abort]],
  ['aborted', 'it was aborted in a drain', [...draining, abort]],
  ['failed', 'the server refused for good', [audio, ended('forbidden', true)]],
  [
    'failed',
    'the server refused for good while it was closing',
    [...draining, ended('undecodable-audio', true)],
  ],
  [
    'failed',
    'a 1011 named audio that the server cannot take, twice',
    [audio, ...twice(ended('server-silent', true, { code: 1011 }))],
  ],
];

function twice(end: Step): Step[] {
  return [end, elapsed('after.0'), elapsed('after.backoff'), end, elapsed('after.0')];
}

test.each(LIVES)('the outcome is %s when %s [G9]', (outcome, _how, life) => {
  const before = drive(start(), ...life.slice(0, -1));
  expect(before.status).toBe('active');
  expect(before.output).toBeUndefined();
  const after = drive(before, life.at(-1) as Step);
  expect(after.status).toBe('done');
  expect(after.output).toEqual({ outcome });
});
