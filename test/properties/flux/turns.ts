/** The rules of turns for an agent in any network. They are part of [G3]: turns are the transcript of Flux. */
import type { Turn } from '../../../src/index.ts';
import type { Guarantee } from '../guarantees/guarantee.ts';

export const FLUX_TURNS: Guarantee = {
  id: 'G3',
  promise:
    'With Flux, every turn starts once, before its first update; one `end` follows, or one `withdrawn`. No word of an ended turn comes again. `resumed` takes an `eager-end` back before anything else is said.',
  assuming: 'As for the transcript.',
  watch(world) {
    let open: Turn | undefined;
    /** An eager end is in force. */
    let isEager = false;
    let count = 0;
    let saidTo = 0;
    const finals: string[] = [];
    const ends: string[] = [];

    const problemWith = (turn: Turn): string | undefined => {
      const { type, id, text, words, behindMs } = turn;
      if (type === 'start') {
        if (open) return `starts while turn ${open.id} is open`;
        if (id !== count + 1) return `starts after turn ${count}`;
      } else if (id !== open?.id) return `is told while ${open ? `turn ${open.id}` : 'none'} is open`;
      if (type === 'resumed' && !isEager) return 'is resumed, and had no eager end';
      if (type === 'eager-end' && isEager) return 'has two eager ends in a row';
      if (type === 'update' && isEager && text !== open?.text)
        return 'goes on after its eager end, which stands';
      if (type !== 'withdrawn' && text === '') return 'has no text';
      if (!(behindMs >= 0)) return `is ${behindMs} ms behind`;
      const repeated = words.find(({ start, end }) => (start + end) / 2 < saidTo);
      return repeated && `says ${repeated.word} of the turn before`;
    };
    return {
      transcript({ final, text }) {
        if (final && text !== '') finals.push(text);
      },
      turn(turn) {
        const problem = problemWith(turn);
        if (problem) world.breach('G3', `the ${turn.type} of turn ${turn.id}: it ${problem}`);
        const { type } = turn;
        isEager = type === 'eager-end' || (type === 'update' && isEager);
        open = type === 'end' || type === 'withdrawn' ? undefined : turn;
        count = turn.id;
        if (type !== 'end') return;
        ends.push(turn.text);
        saidTo = turn.words.at(-1)?.end ?? saidTo;
      },
      step() {
        if (isEager && world.wire.present?.state !== 'open')
          world.breach('G3', `the eager end of turn ${open?.id} stands, and its connection is gone`);
      },
      over() {
        if (open) world.breach('G3', `turn ${open.id} never ended`);
        if (world.setting.flux && ends.join() !== finals.join())
          world.breach('G3', `ends of turns: ${ends.join()}; finals: ${finals.join()}`);
      },
    };
  },
};
