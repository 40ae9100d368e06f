/**
 * The cost of a frame: the CPU of a client that sends it, in real time and over real sockets, against a bare `ws.send` of the
 * same bytes; the heap it allocates; and how long it takes from the call to the TCP socket. Every client is a process of its
 * own, and they take turns against one server: what is compared is the CPU of the client alone. The share of this library is
 * then looked at without any socket.
 */
import { CLIENTS } from './clients/entrants.mjs';
import { measureSpeech, Party, SAME_MEMORY, warmUp, withParties } from './support/processes.mjs';
import { median, progress, quantile, runAsProgram } from './support/report.mjs';
import { finalResults } from './support/results.mjs';
import { openOnNothing } from './support/session-on-nothing.mjs';
import { makeFrames } from './support/sound.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/speaker.mjs').Spoken} Spoken */
/** @typedef {import('./support/speaker.mjs').Latency} Latency */

const SPEAKERS = 100;
const ROUNDS = 15;
const ROUND_MS = 1_000;
/** A client has heard 16,000 finals then; with fewer, the compiler has not seen enough of them. */
const WARM_UP_MS = 16_000;
const LATENCY_MS = 1_000;
/** By the length of a frame in milliseconds. @type {Record<number, number>} */
const GOALS = { 20: 1.1, 100: 1.25 };
const BARE = 'bare-ws';
const OURS = 'rx-deepgram';

/** A young generation so large that no garbage is collected while allocations are counted. */
const COUNT_ALLOCATIONS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

export async function frameCost() {
  const names = CLIENTS.map(({ name }) => name);
  const rows = await withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    /** @type {Row[]} */
    const rows = [];
    for (const frameMs of [20, 100]) rows.push(...(await compare(names, sink, url, frameMs)));
    for (const frameMs of [20, 100]) rows.push(...(await compareStaggered(sink, url, frameMs)));
    for (const name of names) rows.push(await countAllocations(name, url));
    return rows;
  });
  rows.push(...(await libraryAlone()));
  const how = `${SPEAKERS} sessions of each client in real time, linear16 at 16 kHz, a final each second; medians of ${ROUNDS} rounds, turn about; a client's ratio is to bare ws in the same round.`;
  return { bench: 'frame-cost', how, rows };
}

/** @param {readonly string[]} names @param {Party} sink @param {string} url @param {number} frameMs @returns {Promise<Row[]>} */
function compare(names, sink, url, frameMs) {
  const parties = names.map((name) => new Party('speaker.mjs', [name, url, SPEAKERS, frameMs], SAME_MEMORY));
  return withParties(parties, async () => {
    await Promise.all(parties.map((party) => party.ask('start')));
    progress(`${frameMs} ms frames: warming up for ${(names.length * WARM_UP_MS) / 1000} s`);
    await warmUpInTurn(sink, parties);
    /** @type {Record<string, Spoken>[]} */
    const rounds = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      /** @type {Record<string, Spoken>} */
      const spoken = {};
      for (let turn = 0; turn < names.length; turn += 1) {
        const place = (round + turn) % names.length;
        const name = names[place] ?? '';
        spoken[name] = await measureSpeech(sink, /** @type {Party} */ (parties[place]), ROUND_MS);
      }
      const costs = names.map((name) => `${name} ${perFrame(spoken[name]).toFixed(1)}`);
      progress(`${frameMs} ms frames, round ${round} of ${ROUNDS}, µs: ${costs.join(', ')}`);
      rounds.push(spoken);
    }
    const rows = names.flatMap((name) => costRows(name, frameMs, rounds));
    if (frameMs !== 20) return rows;
    for (const [place, party] of parties.entries()) {
      rows.push(...latencyRows(names[place] ?? '', await party.ask({ does: 'latency', forMs: LATENCY_MS })));
    }
    return rows;
  });
}

/** Clients that send one after the other find less of themselves in the cache. @param {Party} sink @param {string} url @param {number} frameMs @returns {Promise<Row[]>} */
function compareStaggered(sink, url, frameMs) {
  const parties = [BARE, OURS].map(
    (name) => new Party('speaker.mjs', [name, url, SPEAKERS, frameMs, SPEAKERS, 'staggered'], SAME_MEMORY),
  );
  return withParties(parties, async (...both) => {
    await Promise.all(both.map((party) => party.ask('start')));
    await warmUpInTurn(sink, both);
    /** @type {number[]} */
    const ratios = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      /** @type {number[]} */
      const costs = [];
      for (const party of both) costs.push(perFrame(await measureSpeech(sink, party, ROUND_MS)));
      const [bare = NaN, ours = NaN] = costs;
      progress(
        `${frameMs} ms frames, staggered, round ${round} of ${ROUNDS}, µs: ${bare.toFixed(1)}, ${ours.toFixed(1)}`,
      );
      ratios.push(ours / bare);
    }
    return [
      {
        id: `cpu/${frameMs}/staggered`,
        name: `${SPEAKERS} sessions that send one after the other: CPU of a ${frameMs} ms frame, times bare ws`,
        value: median(ratios),
        unit: '×',
      },
    ];
  });
}

/** Together they would have more frames than the machine has time for. @param {Party} sink @param {readonly Party[]} parties */
async function warmUpInTurn(sink, parties) {
  for (const party of parties) await warmUp([sink], [party], WARM_UP_MS);
}

/** @param {string} client @param {number} frameMs @param {readonly Record<string, Spoken>[]} rounds @returns {Row[]} */
function costRows(client, frameMs, rounds) {
  const ratios = rounds.map((spoken) => perFrame(spoken[client]) / perFrame(spoken[BARE]));
  const note = `quartiles ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`;
  const size = `${frameMs} ms frames`;
  const rows = [
    {
      id: `cpu/${frameMs}/ratio`,
      name: `${size}: CPU, times bare ws`,
      client,
      value: median(ratios),
      unit: '×',
      ...(client === OURS && { goal: GOALS[frameMs] }),
      note,
    },
    {
      id: `cpu/${frameMs}/us`,
      name: `${size}: CPU`,
      client,
      value: median(rounds.map((spoken) => perFrame(spoken[client]))),
      unit: 'µs',
    },
  ];
  if (client !== OURS) return rows;
  const heldBack = median(
    rounds.map(({ [client]: spoken }) => (spoken?.heldBack ?? 0) / (spoken?.frames ?? 1)),
  );
  return [
    ...rows,
    {
      id: `cpu/${frameMs}/held-back`,
      name: `${size}: held back by our pacer`,
      value: 100 * heldBack,
      unit: '%',
    },
  ];
}

/** @param {Spoken | undefined} spoken */
function perFrame(spoken) {
  return spoken ? spoken.cpuUs / spoken.frames : NaN;
}

/** @param {string} client @param {Latency} latency @returns {Row[]} */
function latencyRows(client, { p50Us, p99Us }) {
  return [
    { id: 'latency/p50', name: 'from send() to the TCP socket: median', client, value: p50Us, unit: 'µs' },
    {
      id: 'latency/p99',
      name: 'from send() to the TCP socket: 99th percentile',
      client,
      value: p99Us,
      unit: 'µs',
    },
  ];
}

/** @param {string} client @param {string} url @returns {Promise<Row>} */
async function countAllocations(client, url) {
  const speaker = new Party('speaker.mjs', [client, url, 100, 20], COUNT_ALLOCATIONS);
  const rounds = await withParties([speaker], async (party) => {
    await party.ask('start');
    /** @type {Spoken[]} */
    const rounds = [];
    for (let round = 0; round < 3; round += 1) rounds.push(await party.ask({ does: 'cost', forMs: 2_000 }));
    return rounds;
  });
  const whole = rounds.slice(1).filter(({ collections }) => collections === 0);
  const each = whole.map(({ heapBytes, frames }) => heapBytes / frames);
  progress(`allocations, ${client}: ${each.map(Math.round).join(', ')} B a frame`);
  return {
    id: 'allocations/20',
    name: '20 ms frames: allocated on the heap',
    client,
    value: median(each),
    unit: 'B',
  };
}

/** Without a network: a second of audio at a time, and the final that lets it go. @returns {Promise<Row[]>} */
async function libraryAlone() {
  const frames = makeFrames(20);
  const { live, wait, answer } = await openOnNothing();
  let seconds = 0;
  /** @type {number[]} */
  const sending = [];
  /** @type {number[]} */
  const hearing = [];
  for (let second = 0; second < 4_000; second += 1) {
    const startedAt = performance.now();
    for (let frame = 0; frame < 50; frame += 1) {
      live.send(/** @type {Buffer} */ (frames[frame]));
      wait(20);
    }
    const sentAt = performance.now();
    answer(finalResults(seconds, seconds + 1, { speechFinal: seconds % 3 === 2 }));
    seconds += 1;
    hearing.push(performance.now() - sentAt);
    sending.push((sentAt - startedAt) / 50);
  }
  live.abort();
  return [
    {
      id: 'alone/send',
      name: 'our library alone, no socket: send()',
      value: median(sending.slice(1_000)) * 1_000,
      unit: 'µs',
    },
    {
      id: 'alone/final',
      name: 'our library alone, no socket: a final',
      value: median(hearing.slice(1_000)) * 1_000,
      unit: 'µs',
    },
  ];
}

await runAsProgram(import.meta, frameCost);
