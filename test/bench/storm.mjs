/**
 * The end of a storm: all sessions of a process speak and lose their connections at once, are refused for a while, and then
 * accepted. Measures the time until all are open, the time until no audio waits, and the lateness of the event loop.
 */
import { Party, sleep, withParties } from './support/processes.mjs';
import { progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/storm-sink.mjs').Attempts} Attempts */
/** @typedef {import('./support/storm-sink.mjs').Cut} Cut */
/** @typedef {import('./support/storm-speaker.mjs').Weathered} Weathered */

const STORMS = [
  { sessions: 1_000, chunkMs: 200 },
  { sessions: 2_000, chunkMs: 400 },
];
const REFUSE_MS = 3_000;
const LONGEST_S = 90;
const OPEN_GOAL_MS = 5_000;
const LATE_GOAL_MS = 1_000;

/** At 1.2 × real time a second that waits takes five; the last of them is found by a watch that looks ten times a second. */
const CATCH_UP_FACTOR = 5;
const WATCH_SLACK_MS = 1_000;

export async function storm() {
  /** @type {Row[]} */
  const rows = [];
  for (const each of STORMS) rows.push(...(await weather(each)));
  const how = `Sessions in one process that speak in real time over real sockets, linear16 at 16 kHz. All connections are cut at once, refused with 503 for ${REFUSE_MS / 1000} s, and then accepted. Times are from then.`;
  return { bench: 'storm', how, rows };
}

/** @param {{ sessions: number, chunkMs: number }} storm @returns {Promise<Row[]>} */
function weather({ sessions, chunkMs }) {
  return withParties([new Party('storm-sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    return withParties(
      [new Party('storm-speaker.mjs', [url, sessions, chunkMs], ['--max-old-space-size=4096'])],
      async (speaker) => {
        await speaker.ask('start');
        /** @type {Cut} */
        const cut = await sink.ask({ refuseMs: REFUSE_MS });
        await speaker.ask(cut);
        /** @type {Weathered} */
        let seen = await speaker.ask('look');
        for (let second = 1; seen.levelMs === null && second <= LONGEST_S; second += 1) {
          await sleep(1_000);
          seen = await speaker.ask('look');
          if (second % 5 === 0) progress(`${sessions} sessions, ${second} s: ${JSON.stringify(seen)}`);
        }
        /** @type {Attempts} */
        const { attempts, mostAttempts } = await sink.ask('attempts');
        const row = (
          /** @type {string} */ id,
          /** @type {string} */ what,
          /** @type {number | null} */ value,
          unit = '',
        ) => ({
          id: `storm/${sessions}/${id}`,
          name: `${sessions.toLocaleString('en')} sessions of ${chunkMs} ms chunks, cut at once: ${what}`,
          value,
          unit,
        });
        return [
          { ...row('open', 'all open again after', seen.openMs, 'ms'), goal: OPEN_GOAL_MS },
          {
            ...row('level', 'no audio waits any more after', seen.levelMs, 'ms'),
            goal: seen.openMs + CATCH_UP_FACTOR * seen.behindMs + WATCH_SLACK_MS,
          },
          { ...row('late', 'event loop late by', seen.lateMs, 'ms'), goal: LATE_GOAL_MS },
          { ...row('dropped', 'audio dropped', seen.droppedSeconds, 's'), goal: 0 },
          row('behind', 'longest backlog', seen.behindMs, 'ms'),
          row('attempts', 'attempts for each session', attempts / sessions),
          row('most-attempts', 'attempts in a tenth of a second', mostAttempts),
          row('cpu', 'CPU of one core', 100 * seen.cpu, '%'),
          row('resident', 'resident memory', seen.residentMb, 'MB'),
        ];
      },
    );
  });
}

await runAsProgram(import.meta, storm);
