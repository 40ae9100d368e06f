import { type Stretch } from '../world/speaker.ts';
import type { Guarantee } from './guarantee.ts';

/** Drops in a row are announced together, at the latest when they have grown to a second; and one frame. */
const UNANNOUNCED_SECONDS = 1.3;

export const G2: Guarantee = {
  id: 'G2',
  promise:
    'No accepted sample vanishes: accepted = confirmed + pending + dropped at every moment, to the sample. A confirmed or dropped sample stays so. Each drop is announced with its range and reason. Each refusal is an answer of `send()`.',
  assuming: 'Nothing.',
  watch(world) {
    const { rate, overflow, format } = world.setting;
    const told: Stretch[] = [];
    let announced = 0;
    let confirmedBefore = 0;
    let droppedBefore = 0;
    const books = () => {
      const { accepted, confirmed, pending, dropped } = world.ledger;
      return `${accepted} accepted, ${confirmed} confirmed, ${pending} pending, ${dropped} dropped`;
    };
    return {
      step() {
        const { accepted, confirmed, pending, dropped } = world.ledger;
        if (accepted !== confirmed + pending + dropped || pending < 0)
          world.breach('G2', `the books do not balance: ${books()}`);
        else if (confirmed < confirmedBefore || dropped < droppedBefore)
          world.breach('G2', `what was settled is not: ${books()}`);
        else if (accepted !== world.speaker.accepted && format === 'raw') {
          world.breach('G2', `${world.speaker.accepted} samples were taken: ${books()}`);
        } else if (dropped - announced > UNANNOUNCED_SECONDS * rate || announced > dropped) {
          world.breach('G2', `${announced} announced as dropped: ${books()}`);
        }
        confirmedBefore = confirmed;
        droppedBefore = dropped;
      },
      sent(bytes, result, expected) {
        const actual = result.accepted ? undefined : result.reason;
        const mayBeFull = overflow === 'refuse' && actual === 'log-full' && expected === undefined;
        if (actual !== expected && !mayBeFull) {
          world.breach(
            'G2',
            `send() of ${bytes} bytes answered ${actual ?? 'accepted'}, not ${expected ?? 'accepted'}`,
          );
        }
      },
      notice({ code, evidence }) {
        if (code !== 'audio-dropped') return;
        const start = Math.round((evidence['startSeconds'] as number) * rate);
        const end = Math.round((evidence['endSeconds'] as number) * rate);
        const isTwice = told.some((range) => range.start < end && start < range.end);
        if (!(start < end) || start < 0 || end > world.speaker.accepted || isTwice) {
          world.breach(
            'G2',
            `${start} to ${end} was announced as dropped${isTwice ? ' twice' : ''}: ${books()}`,
          );
        }
        if (!['log-full', 'connection-lost', 'skipped'].includes(evidence['reason'] as string)) {
          world.breach('G2', `dropped for the reason '${String(evidence['reason'])}'`);
        }
        told.push({ start, end });
        announced += end - start;
      },
      over(report) {
        const { dropped } = world.ledger;
        if (announced !== dropped) world.breach('G2', `${announced} announced as dropped: ${books()}`);
        if (JSON.stringify(report.ledger) !== JSON.stringify(world.ledger)) {
          world.breach('G2', `the report says ${JSON.stringify(report.ledger)}: ${books()}`);
        }
      },
    };
  },
};
