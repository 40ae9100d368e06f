import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BadFault,
  describeFault,
  type FaultOrder,
  parseFault,
  readFault,
  usageOf,
} from '../../../src/testing/emulator/fault-orders.ts';
import {
  FAULT_NAMES,
  type FaultName,
  type FaultParameter,
  rowOf,
} from '../../../src/testing/emulator/fault-table.ts';

test.each([
  ['cut', { fault: { kind: 'cut' }, on: 'open', times: 1 }],
  ['cut after 5s', { fault: { kind: 'cut', afterMs: 5_000 }, on: 'open' }],
  ['cut after 1.5s of audio on 3', { fault: { kind: 'cut', afterAudioMs: 1_500 }, on: 3 }],
  ['close', { fault: { kind: 'close', code: 1011, reason: '' } }],
  [
    'close 1012 "try it later" on next',
    { fault: { kind: 'close', code: 1012, reason: 'try it later' }, on: 'next' },
  ],
  [
    "close 1000 'after' after 2m",
    { fault: { kind: 'close', code: 1000, reason: 'after', afterMs: 120_000 } },
  ],
  ['half-open', { fault: { kind: 'halfOpen' } }],
  ['stall results for 4s', { fault: { kind: 'stallResults', forMs: 4_000 } }],
  [
    'drop-on-close-stream metadata on every',
    { fault: { kind: 'dropOnCloseStream', before: 'metadata' }, on: 'every' },
  ],
  ['DROP', { fault: { kind: 'drop' }, on: 'next' }],
  ['refuse 429 x3', { fault: { kind: 'refuse', status: 429, dgError: '' }, on: 'next', times: 3 }],
  ['slow 800ms x2', { fault: { kind: 'slow', byMs: 800 }, on: 'next', times: 2 }],
  [
    'throttle 0.25 for 10s after 1s',
    { fault: { kind: 'throttle', factor: 0.25, forMs: 10_000, afterMs: 1_000 } },
  ],
])('%s', (text, order) => {
  expect(parseFault(text)).toMatchObject(order);
});

test.each([
  ['', 'begins with no fault'],
  ['explode', 'cut, close, halfOpen'],
  ['cut after', "ends after 'after'"],
  ['cut after 5', 'a number and its unit'],
  ['cut after soon', 'a number and its unit'],
  ['cut now', 'is not expected: write cut [after TIME [of audio]]'],
  ['cut for 5s', "takes no 'forMs'"],
  ['cut on 0', 'a number from 1'],
  ['cut on nobody', 'next, every or open'],
  ['cut on 2 x3', "goes with 'on next'"],
  ['cut x0', 'from 1 to'],
  ['close 999', '1000 to 1003'],
  ['close loudly', '1000 to 1003'],
  [`close 1011 "${'x'.repeat(124)}"`, 'at most 123 bytes'],
  ['throttle 0', 'from 0.001'],
  ['refuse 200', 'from 300 to 599'],
  ['refuse 503 on open', 'applies to handshakes, which an open connection has behind it'],
  ['refuse after 5s', "takes no 'afterMs'"],
  ['dropOnCloseStream nothing', 'results or metadata'],
  ['slow 2d', 'a number and its unit'],
  ['slow 48h', 'from 0 to 86400000 milliseconds'],
])('%s is refused, with what to write instead', (text, advice) => {
  expect(() => parseFault(text)).toThrow(BadFault);
  expect(() => parseFault(text)).toThrow(advice);
});

test('fields of unknown origin are checked alike', () => {
  expect(readFault('cut', { afterMs: 20, on: 2 })).toEqual({
    fault: { kind: 'cut', afterMs: 20 },
    on: 2,
    times: 1,
  });
  expect(() => readFault('cut', { afterMs: '20' })).toThrow('afterMs is "20"');
  expect(() => readFault('cut', { afterMs: NaN })).toThrow(BadFault);
  expect(() => readFault('cut', { colour: 'red' })).toThrow("takes no 'colour'");
  expect(() => readFault('close', { reason: {} })).toThrow(BadFault);
  expect(() => readFault('__proto__', {})).toThrow('There is no fault');
});

describe('reads back a written description', () => {
  const duration = fc.integer({ min: 0, max: 86_400_000 });
  const value = (row: FaultParameter): fc.Arbitrary<unknown> => {
    switch (row.type) {
      case 'duration':
      case 'integer':
        return fc.integer({ min: row.least, max: row.most });
      case 'number':
        return fc.integer({ min: 1, max: 1_000_000 }).map((thousandths) => thousandths / 1_000);
      case 'closeCode':
        return fc.constantFrom(1000, 1005, 1011, 1014, 3000, 4999);
      case 'text':
        return fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/["'\n]/g, ' '));
      case 'choice':
        return fc.constantFrom(...row.choices);
      default:
        return row satisfies never;
    }
  };
  const order = (name: FaultName): fc.Arbitrary<FaultOrder> => {
    const { takes, hits, lasts } = rowOf(name);
    const parameters = Object.fromEntries(Object.entries(takes).map(([each, row]) => [each, value(row)]));
    const after =
      hits === 'connection' ? fc.constantFrom('afterMs', 'afterAudioMs', undefined) : fc.constant(undefined);
    return fc
      .record({
        parameters: fc.record(parameters),
        after,
        delayMs: duration,
        forMs: lasts ? fc.option(duration, { nil: undefined }) : fc.constant(undefined),
        on: fc.oneof(fc.constantFrom('next' as const, 'every' as const), fc.integer({ min: 1, max: 99 })),
        times: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ parameters, after, delayMs, forMs, on, times }) =>
        readFault(name, {
          ...parameters,
          ...(after && { [after]: delayMs }),
          ...(forMs !== undefined && { forMs }),
          on,
          times: on === 'next' ? times : 1,
        }),
      );
  };

  test.each(FAULT_NAMES)('%s', (name) => {
    fc.assert(
      fc.property(order(name), (each) => {
        expect(parseFault(describeFault(each))).toEqual(each);
      }),
    );
    expect(usageOf(name)).toContain(name);
  });
});
