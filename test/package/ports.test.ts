/** Time, timers, chance, the console and sockets: where they may be touched, and that they are touched nowhere else. */
import { describe, expect, test } from 'vitest';
import { type AmbientUse, ambientUsesOf, filesUnder } from './source-tree.ts';

const files = filesUnder('src');

interface Port {
  where: RegExp;
  may: readonly string[];
  because: string;
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];

/** The files that may use ambient functions. An unused row fails. */
const PORTS: readonly Port[] = [
  {
    where: /^src\/browser\/clock-worker\.ts$/,
    may: ['setTimeout'],
    because: 'it is a thread that does nothing but wait for the clock',
  },
  {
    where: /^src\/clock\.ts$/,
    may: ['performance.now', 'Date.now', 'setTimeout'],
    because: 'it is the port of time',
  },
  {
    where: /^src\/transports\//,
    may: ['new WebSocket'],
    because: 'it is the port to the network',
  },
  {
    where: /^src\/testing\/calls\/dial-call\.ts$/,
    may: ['new WebSocket'],
    because: 'it calls a server as a telephone provider does',
  },
  {
    where: /^src\/store\/holder\.ts$/,
    may: ['Math.random'],
    because: 'two processes must never take the same name, whatever seed their apps have given',
  },
  {
    where: /^src\/client\/options\.ts$/,
    may: ['Math.random'],
    because: 'the seed of the jitter is drawn once, where it can be overridden; all chance follows from it',
  },
  {
    where: /^src\/diagnosis\/console-warning\.ts$/,
    may: ['console'],
    because: 'a problem that nobody listens for would pass in silence',
  },
  {
    where: /^src\/tools\/viewer\/frames\.ts$/,
    may: ['requestAnimationFrame'],
    because: 'it draws when a browser paints; what it draws has its time from a clock',
  },
  {
    where: /^src\/tools\/cli\//,
    may: ['console', 'Date.now', 'performance.now', ...TIMERS],
    because: 'a program talks to people, and nobody simulates it',
  },
  {
    where: /^src\/testing\/clock\/virtual-clock\.ts$/,
    may: ['setTimeout', 'setImmediate'],
    because: 'between two steps of virtual time, real promises must be let through',
  },
  {
    where: /^src\/testing\/recognisers\/vosk\/worker\.ts$/,
    may: ['setImmediate'],
    because: 'it runs in a thread of its own, and yields to read its messages',
  },
];

describe('the world outside the program', () => {
  const uses = files.flatMap((file) => ambientUsesOf(file));
  const allows = (port: Port, use: AmbientUse): boolean =>
    port.where.test(use.file) && port.may.includes(use.name);

  test('time, timers, chance, console and sockets come in through the ports: else no run could be repeated', () => {
    const strays = uses.filter((use) => !PORTS.some((port) => allows(port, use)));
    expect(strays.map((use) => `${use.file}:${use.line} uses ${use.name}`)).toEqual([]);
  });

  for (const port of PORTS.filter(({ where }) => files.some((file) => where.test(file)))) {
    test(`${port.where.source} may, because ${port.because}`, () => {
      expect(uses.some((use) => allows(port, use))).toBe(true);
    });
  }
});

/** Each rule is tested with a small breach. */
describe('the rules themselves', () => {
  test.each([
    'Date.now();',
    'new Date();',
    'globalThis.performance.now();',
    'setTimeout(f, 1);',
    'const later = setInterval;',
    'const { log } = console;',
    'f(window.setTimeout);',
    'Math.random();',
    'crypto.randomUUID();',
    'new WebSocket(url);',
    'new globalThis.WebSocket(url);',
    'const clock = { setTimeout };',
  ])('an ambient use is seen in: %s', (text) => {
    expect(ambientUsesOf('src/audio/x.ts', text)).toHaveLength(1);
  });

  test.each([
    'clock.setTimeout(f, 1);',
    'this.#clock.now();',
    'class Clock { setTimeout(f: () => void): void {} }',
    'interface Clock { setTimeout(f: () => void): unknown }',
    'new Date(createdMs);',
    'const s: WebSocket = open(); s instanceof WebSocket;',
    "import { setTimeout } from 'node:timers/promises'; await setTimeout(1);",
  ])('no ambient use is seen in: %s', (text) => {
    expect(ambientUsesOf('src/audio/x.ts', text)).toEqual([]);
  });
});
