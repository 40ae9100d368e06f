/**
 * What a frame costs: the CPU of `live.send(frame)` against a bare `ws.send` of the same bytes, in real time and over real
 * sockets. Both sides are processes of their own, which take turns against one server; what is compared is the CPU of
 * the client alone. The share of the library itself is then looked at without any socket.
 */
import { Party, withParties } from './support/processes.mjs';
import { median, progress, quantile, runAsProgram } from './support/report.mjs';
import { finalResults } from './support/results.mjs';
import { openOnNothing } from './support/session-on-nothing.mjs';
import { makeFrames } from './support/sound.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/speaker.mjs').Spoken} Spoken */

const CLIENTS = 40;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const GOAL = 1.3;

/** So large a nursery that nothing is collected while allocations are counted. */
const COUNT_ALLOCATIONS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

export async function frameCost() {
  const rows = await withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    return [
      ...(await compareCpu(url, 20)),
      ...(await compareCpu(url, 100)),
      ...(await countAllocations(url, 'bare')),
      ...(await countAllocations(url, 'ours')),
    ];
  });
  rows.push(...(await libraryAlone()));
  const how = `${CLIENTS} clients in real time, linear16 at 16 kHz, a final each second; medians of ${ROUNDS} rounds, turn about.`;
  return { bench: 'frame-cost', how, rows };
}

/** @param {string} url @param {number} frameMs @returns {Promise<Row[]>} */
async function compareCpu(url, frameMs) {
  const sides = ['bare', 'ours'].map((side) => new Party('speaker.mjs', [side, url, CLIENTS, frameMs]));
  const rounds = await withParties(sides, async (bare, ours) => {
    await Promise.all([bare.ask('start'), ours.ask('start')]);
    /** @type {{ bare: Spoken, ours: Spoken }[]} */
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const isBareFirst = round % 2 === 0;
      const first = await (isBareFirst ? bare : ours).ask(ROUND_MS);
      const second = await (isBareFirst ? ours : bare).ask(ROUND_MS);
      const spoken = isBareFirst ? { bare: first, ours: second } : { bare: second, ours: first };
      const costs = `bare ${perFrame(spoken.bare).toFixed(2)} µs, ours ${perFrame(spoken.ours).toFixed(2)} µs`;
      progress(`${frameMs} ms, round ${round} of ${ROUNDS}: ${costs}`);
      // The first is for the compiler.
      if (round > 0) rounds.push(spoken);
    }
    return rounds;
  });
  const ratios = rounds.map(({ bare, ours }) => perFrame(ours) / perFrame(bare));
  const note = `quartiles ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`;
  const heldBack = median(rounds.map(({ ours }) => ours.heldBack / ours.frames));
  const size = `${frameMs} ms frames`;
  return [
    {
      name: `${size}: CPU, times bare ws`,
      value: median(ratios),
      unit: '×',
      ...(frameMs === 20 ? { goal: GOAL } : {}),
      note,
    },
    { name: `${size}: bare ws`, value: median(rounds.map(({ bare }) => perFrame(bare))), unit: 'µs' },
    { name: `${size}: ours`, value: median(rounds.map(({ ours }) => perFrame(ours))), unit: 'µs' },
    { name: `${size}: held back by the pacer`, value: 100 * heldBack, unit: '%' },
  ];
}

/** @param {Spoken} spoken */
function perFrame({ cpuUs, frames }) {
  return cpuUs / frames;
}

/** @param {string} url @param {string} side @returns {Promise<Row[]>} */
async function countAllocations(url, side) {
  const speaker = new Party('speaker.mjs', [side, url, 100, 20], COUNT_ALLOCATIONS);
  const rounds = await withParties([speaker], async (party) => {
    await party.ask('start');
    /** @type {Spoken[]} */
    const rounds = [];
    for (let round = 0; round < 4; round += 1) rounds.push(await party.ask(ROUND_MS));
    return rounds;
  });
  const whole = rounds.slice(1).filter(({ collections }) => collections === 0);
  const each = whole.map(({ heapBytes, frames }) => heapBytes / frames);
  progress(`allocations, ${side}: ${each.map(Math.round).join(', ')} B a frame`);
  return [{ name: `20 ms frames: allocated on the heap, ${side}`, value: median(each), unit: 'B' }];
}

/** Without a network: a second of audio at a time, and the final that lets it go. @returns {Promise<Row[]>} */
async function libraryAlone() {
  const frames = makeFrames(20);
  const { live, socket, wait, answer } = await openOnNothing();
  let seconds = 0;
  /** @param {(frame: Buffer) => void} send */
  const speakASecond = (send) => {
    for (let frame = 0; frame < 50; frame += 1) {
      send(/** @type {Buffer} */ (frames[frame]));
      wait(20);
    }
  };
  const hearASecond = () => {
    answer(finalResults(seconds, seconds + 1, { speechFinal: seconds % 3 === 2 }));
    seconds += 1;
  };
  /** @type {number[]} */
  const sending = [];
  /** @type {number[]} */
  const hearing = [];
  for (let second = 0; second < 4_000; second += 1) {
    const startedAt = performance.now();
    speakASecond((frame) => live.send(frame));
    const sentAt = performance.now();
    hearASecond();
    hearing.push(performance.now() - sentAt);
    sending.push((sentAt - startedAt) / 50);
  }
  /** @type {number[]} */
  const latencies = [];
  socket.isTimed = true;
  for (let second = 0; second < 400; second += 1) {
    speakASecond((frame) => {
      const startedAt = performance.now();
      live.send(frame);
      latencies.push((socket.sentAt - startedAt) * 1_000);
    });
    hearASecond();
  }
  live.abort();
  const late = `99th percentile ${quantile(latencies, 0.99).toFixed(1)} µs`;
  return [
    { name: 'library alone, no socket: send()', value: median(sending.slice(1_000)) * 1_000, unit: 'µs' },
    { name: 'library alone, no socket: a final', value: median(hearing.slice(1_000)) * 1_000, unit: 'µs' },
    { name: 'frame in to socket.send', value: median(latencies), unit: 'µs', note: late },
  ];
}

await runAsProgram(import.meta, frameCost);
