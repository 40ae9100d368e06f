/** Defects that the properties found, each in the fewest steps. */
import { expect, test } from 'vitest';
import { live } from './act.ts';
import { plain } from './generators.ts';
import { GUARANTEES } from './guarantees/all.ts';
import { FLUX_TURNS } from './flux/turns.ts';
import type { Step } from './scenario.ts';

const speak = (ms: number): Step => ({ do: 'speak', ms, frameMs: 100, form: 'view' });

async function expectToHold(...steps: Step[]): Promise<void> {
  const world = await live(plain(steps, { interim: false }), { guarantees: GUARANTEES });
  expect(world.broken).toBeUndefined();
}

// The watch of the previous connection shortened its timeout, and its timer was never stopped. It ended the next connection.
test('an offline hint between two connections does not end the next one [G5]', () =>
  expectToHold(
    speak(300),
    { do: 'hang', times: 1 },
    { do: 'cut' },
    { do: 'rest', ms: 500 },
    { do: 'offline' },
    { do: 'abort' },
  ));

// The server says Metadata before it closes for silence. On a link that has lost CloseStream on its way, it is taken for the
// answer, and audio that was processed and not transcribed counts as confirmed.
test('the Metadata of a server that gives up confirms nothing [G3]', () =>
  expectToHold(speak(500), { do: 'rest', ms: 2_900 }, { do: 'halfOpen', direction: 'up' }, { do: 'close' }));

// The same, after the event loop was blocked: Metadata and 1011 wait in the socket, and the app closes before they are read.
test('the Metadata of a server that gives up confirms nothing, also after a blocked event loop [G3]', () =>
  expectToHold(speak(2_500), { do: 'block', ms: 10_010 }, { do: 'close' }));

// `close()` tells of `draining` before it remembers that it was called: what is sent from there is accepted, and thrown away.
test('refuses a chunk sent from within close() [G2]', () =>
  expectToHold(speak(300), { do: 'react', to: 'draining', by: 'speak' }, { do: 'close' }));

// The idle timer gives a forgotten connection up, and sets itself anew for a time that has passed, until there is another.
test('the session goes on after a wake-up with a backlog after 15 s', () =>
  expectToHold(
    { do: 'burst', ms: 7_000, frameMs: 100 },
    { do: 'rest', ms: 3_035 },
    { do: 'refuse', status: 503, times: 4 },
    { do: 'block', ms: 30_000 },
    { do: 'rest', ms: 5_000 },
  ));

// Behind an end by order, the first word of a turn began before its window, and so before what its end covers.
test.each([3_940, 4_020, 4_100, 4_180, 4_260, 4_340])(
  'with Flux, an end that comes twice repeats no word: after an order at %d ms [G3]',
  async (ms) => {
    const steps: Step[] = [
      { do: 'speak', ms, frameMs: 20, form: 'view' },
      { do: 'finalize' },
      { do: 'duplicate' },
      { do: 'speak', ms: 2_000, frameMs: 20, form: 'view' },
      { do: 'hush', ms: 2_000 },
    ];
    const flux = { eager: undefined, forceEndTurn: true, fillSilence: true, tail: 'withheld' } as const;
    const guarantees = [...GUARANTEES, FLUX_TURNS];
    const world = await live(plain(steps, { latencyMs: 1, flux }), { guarantees });
    expect(world.broken).toBeUndefined();
  },
);

// After a block the idle timer is late: in a browser it sends silence, though audio waits, and cuts a word in two.
test('with Flux, no silence goes before audio that waits [G3]', async () => {
  const steps: Step[] = [
    { do: 'speak', ms: 2_500, frameMs: 20, form: 'view' },
    { do: 'burst', ms: 398, frameMs: 200 },
    { do: 'block', ms: 4_001 },
    { do: 'block', ms: 5 },
    { do: 'close' },
  ];
  const flux = { eager: undefined, forceEndTurn: false, fillSilence: true, tail: 'withheld' } as const;
  const browser = { platform: 'browser', latencyMs: 1, interim: false } as const;
  const world = await live(plain(steps, { ...browser, flux }), { guarantees: [...GUARANTEES, FLUX_TURNS] });
  expect(world.broken).toBeUndefined();
});
