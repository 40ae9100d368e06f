/**
 * Whether a frame costs more where there are more sessions. A machine cannot send half a million frames a second: up to a hundred
 * sessions speak, and the others are held by KeepAlives, which count as part of the cost. Bare `ws` has the timer for them that every
 * app would have to write.
 */
import { measureSpeech, Party, SAME_MEMORY, warmUp, withParties } from './support/processes.mjs';
import { median, progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/speaker.mjs').Spoken} Spoken */

const COUNTS = [1, 10, 100, 1_000, 10_000];
const SPEAKERS = 100;
const FRAME_MS = 20;
const ROUNDS = 9;
const ROUND_MS = 2_000;
const WARM_UP_MS = 20_000;

/** Of the largest crowd. */
const GOAL = 1.1;

export async function growth() {
  /** @type {Row[]} */
  const rows = [];
  for (const count of COUNTS) rows.push(...(await compare(count)));
  const how = `CPU of a process for each 20 ms frame it sends: up to ${SPEAKERS} sessions speak in real time, the others are idle and held by a KeepAlive every 5 s. Medians of ${ROUNDS} rounds, turn about.`;
  return { bench: 'growth', how, rows };
}

/** @param {number} count @returns {Promise<Row[]>} */
function compare(count) {
  // Two servers: one process has not the file descriptors for both crowds.
  return withParties([new Party('sink.mjs'), new Party('sink.mjs')], async (...sinks) => {
    const sides = await Promise.all(
      ['bare-ws', 'rx-deepgram'].map(async (name, index) => {
        const { url } = await /** @type {Party} */ (sinks[index]).ask('start');
        return new Party('speaker.mjs', [name, url, count, FRAME_MS, SPEAKERS], SAME_MEMORY);
      }),
    );
    return withParties(sides, async (bare, ours) => {
      await bare.ask('start');
      await ours.ask('start');
      await warmUp(sinks, [bare, ours], WARM_UP_MS);
      const [sinkOfBare, sinkOfOurs] = /** @type {[Party, Party]} */ (sinks);
      /** @type {{ bare: number, ours: number }[]} */
      const rounds = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        rounds.push({
          bare: perFrame(await measureSpeech(sinkOfBare, bare, ROUND_MS)),
          ours: perFrame(await measureSpeech(sinkOfOurs, ours, ROUND_MS)),
        });
      }
      const ratio = median(rounds.map((round) => round.ours / round.bare));
      const us = median(rounds.map((round) => round.ours));
      progress(`${count} sessions: ${ratio.toFixed(2)} × bare ws, ${us.toFixed(1)} µs`);
      const sessions = count === 1 ? '1 session' : `${count.toLocaleString('en')} sessions`;
      return [
        {
          id: `growth/${count}/ratio`,
          name: `${sessions}: CPU of a frame, times bare ws`,
          value: ratio,
          unit: '×',
          ...(count === COUNTS.at(-1) && { goal: GOAL }),
        },
        { id: `growth/${count}/us`, name: `${sessions}: CPU of a frame`, value: us, unit: 'µs' },
      ];
    });
  });
}

/** @param {Spoken} spoken */
function perFrame({ cpuUs, frames }) {
  return cpuUs / frames;
}

await runAsProgram(import.meta, growth);
