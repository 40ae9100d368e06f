import { FRAGMENT } from '../../../src/testing/index.ts';
import type { Transcript, Word } from '../../../src/index.ts';
import type { Stretch } from '../world/speaker.ts';
import type { Guarantee } from './guarantee.ts';

/** Anchors of the capture clock are set when audio and time drift apart by a quarter of a second; and the longest frame; and rounding. */
const CAPTURE_TOLERANCE_MS = 250 + 600 + 10;

/** With Flux the client sends silence in longer pauses of the source. */
const FLUX_PAUSE_MS = 900;

/**
 * Checked by content. The speaker says 0001, 0002, 0003 … and the recogniser reads every sample, so each word is right, broken,
 * missing or doubled. After every step, all words before the confirmed frontier must have been received.
 */
export const G3: Guarantee = {
  id: 'G3',
  promise:
    'One transcript over all connections: final words are never repeated or out of order, are missing only where a drop was announced, and carry the time at which they were spoken.',
  assuming:
    'The audio has exact positions (raw, WAV), and finals cover what they claim. A Finalize or the end of a drain in the middle of a word cuts it in two, and with Flux a pause.',
  watch(world) {
    const { speaker } = world;
    const { rate, flux, format } = world.setting;
    const hasSilence = flux?.fillSilence && format === 'raw';
    /** Times of Flux are in steps of 0.08 s, and a word after a pause may seem to begin before it. */
    const toleranceSamples = flux ? 0.085 * rate : 1.01;
    const drops: Stretch[] = [];
    const heard = new Set<number>();
    const fragments: Word[] = [];
    const finalIds = new Set<string>();
    let lastNumber = 0;
    let confirmedBefore = -1;
    let due = 0;
    let wallJumps = false;
    let lastSentMs = -Infinity;
    let unsureFrom = Infinity;
    const displaced: (() => void)[] = [];

    const isExcused = (index: number): boolean => {
      const start = speaker.starts[index] as number;
      const end = speaker.endOf(index);
      return drops.some((drop) => drop.start < end && start < drop.end) || speaker.isCut(index);
    };
    /** Where everything before is confirmed or dropped. */
    const frontier = (confirmed: number): number => {
      let position = confirmed;
      for (const drop of drops) if (drop.start <= position) position += drop.end - drop.start;
      return position;
    };
    const demandWordsBefore = (position: number): void => {
      for (; due < speaker.starts.length && speaker.endOf(due) <= position; due += 1) {
        if (heard.has(due + 1) || isExcused(due)) continue;
        world.breach(
          'G3',
          `${spell(due + 1)}, spoken at ${at(speaker.starts[due] as number)}, is settled and was never heard`,
        );
      }
    };
    const at = (position: number) => `${(position / rate).toFixed(2)} s`;

    /** Samples between two positions, without what was dropped. */
    const offBetween = (from: number, to: number): number =>
      drops.reduce(
        (left, drop) => left - Math.max(0, Math.min(drop.end, to) - Math.max(drop.start, from)),
        Math.abs(to - from),
      );

    const take = (word: Word): void => {
      if (word.word === FRAGMENT) {
        fragments.push(word);
        return;
      }
      const number = Number(word.word);
      const start = speaker.starts[number - 1];
      const wrong = (what: string) => (word.end * rate > unsureFrom ? undefined : world.breach('G3', what));
      if (start === undefined) return wrong(`'${word.word}' was heard and never spoken`);
      if (heard.has(number)) return wrong(`${word.word} was heard twice`);
      if (number < lastNumber) return wrong(`${word.word} was heard after ${spell(lastNumber)}`);
      if (Math.abs(word.start * rate - start) > toleranceSamples) {
        const judge = () => {
          // A word of Flux behind a drop may seem to begin before it, as one behind a pause.
          if (flux && offBetween(word.start * rate, start) <= toleranceSamples) return undefined;
          return wrong(`${word.word}, spoken at ${at(start)}, stands at ${word.start.toFixed(3)} s`);
        };
        // The drop may be announced later.
        if (!flux) return judge();
        displaced.push(judge);
      }
      const lateMs = Math.abs((word.capturedAt ?? 0) - (speaker.capturedAt[number - 1] as number));
      if (lateMs > CAPTURE_TOLERANCE_MS && !wallJumps && world.blockedMs === 0 && !flux)
        return wrong(`${word.word} is said to be captured ${Math.round(lateMs)} ms off`);
      heard.add(number);
      lastNumber = number;
      return undefined;
    };

    return {
      act(what) {
        if (what === 'wallJump') wallJumps = true;
      },
      notice({ code, evidence }) {
        if (code !== 'audio-dropped') return;
        const drop = {
          start: Math.round((evidence['startSeconds'] as number) * rate),
          end: Math.round((evidence['endSeconds'] as number) * rate),
        };
        drops.push(drop);
        drops.sort((a, b) => a.start - b.start);
      },
      sending(_, message) {
        if (typeof message !== 'string' || !message.includes('CloseStream')) return;
        if (!flux || hasSilence) return speaker.cutHere();
        unsureFrom = Math.min(unsureFrom, frontier(world.live.ledger.confirmed));
        // Where no silence follows, the last Update is the last word: what is behind it is told by none, and any word of it may be wrong.
        speaker.cuts.push({ start: unsureFrom, end: speaker.accepted });
      },
      sent(bytes, { accepted }) {
        if (!flux || !accepted) return;
        if (world.now - lastSentMs > FLUX_PAUSE_MS) speaker.cutHere(bytes);
        lastSentMs = world.now;
      },
      transcript({ id, final, words }: Transcript) {
        if (finalIds.has(id)) world.breach('G3', `transcript ${id} was final, and is replaced`);
        if (!final) return;
        finalIds.add(id);
        for (const word of words) take(word);
      },
      step() {
        const { confirmed, dropped } = world.ledger;
        if (confirmed === confirmedBefore) return;
        confirmedBefore = confirmed;
        // A drop that is not announced yet moves the frontier: wait for it.
        if (dropped === drops.reduce((sum, { start, end }) => sum + end - start, 0))
          demandWordsBefore(frontier(confirmed));
      },
      over({ ledger }) {
        for (const judge of displaced) judge();
        if (ledger.pending === 0) demandWordsBefore(speaker.accepted);
        const tail = speaker.accepted - speaker.voice.wordSamples;
        for (const { start, end } of fragments) {
          const near = (from: number, to: number) =>
            start * rate <= to + 0.6 * rate && end * rate >= from - 0.6 * rate;
          const isExplained =
            end * rate > tail ||
            drops.some((drop) => near(drop.start, drop.end)) ||
            speaker.cuts.some((cut) => near(cut.start, cut.end));
          if (!isExplained)
            world.breach('G3', `half a word was heard at ${start.toFixed(2)} s, and nothing had cut it`);
        }
      },
    };
  },
};

const spell = (number: number): string => String(number).padStart(4, '0');
