/**
 * The exact delay after a cut, the same on every machine: as in `faults`, but in virtual time, where a handshake takes 200 ms
 * and a frame 20 ms each way. Only this library can be measured so: the others own their clocks.
 */
import { createLiveTranscription } from 'rx-deepgram';
import { Emulator, VirtualClock, VirtualNetwork, seededRandom, speakScript } from 'rx-deepgram/testing';
import { PerfectClient } from './support/perfect-client.mjs';
import { median, progress, quantile, runAsProgram } from './support/report.mjs';

const CUTS = 120;
const SAMPLE_RATE = 8_000;
const FRAME_MS = 20;
const LATENCY_MS = 20;
const HANDSHAKE_MS = 200;
const GOAL_MS = 100;

/** Cuts fall at random into this stretch; the words after it are enough for any client to come back. */
const CUT_FROM_MS = 6_000;
const CUT_UNTIL_MS = 18_000;
const SPEECH_MS = 26_000;
const SILENCE_MS = 2_000;
const END_MS = 34_000;

const LISTEN = {
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: SAMPLE_RATE,
  interim_results: true,
  endpointing: 300,
};

/** Deepgram takes no more than 1.25 × real time; the server permits one second at once before that. */
const PERFECT_RATE = 1.25;

/**
 * @typedef {object} Speaker
 * @property {(frame: Uint8Array) => void} send
 * @property {() => void} cut
 * @property {() => number | undefined} recoveredMs From the cut to the first final of what it interrupted.
 * @property {() => string} text
 * @property {() => void} end
 */

export async function recoveryExact() {
  const clock = new VirtualClock();
  const random = seededRandom(11);
  const frames = speech();
  const trials = Array.from({ length: CUTS }, (_, index) => ({
    cutMs: CUT_FROM_MS + random() * (CUT_UNTIL_MS - CUT_FROM_MS),
    ours: ours(clock, index),
    perfect: perfect(clock, PERFECT_RATE),
    unpaced: perfect(clock, Infinity),
  }));
  const speakers = trials.flatMap(({ ours, perfect, unpaced }) => [ours, perfect, unpaced]);
  for (const { cutMs, ours, perfect, unpaced } of trials) {
    clock.setTimeout(() => {
      for (const speaker of [ours, perfect, unpaced]) speaker.cut();
    }, cutMs);
  }
  for (let ms = 0; ms < END_MS; ms += FRAME_MS) {
    const frame = frames[ms / FRAME_MS];
    if (frame) for (const speaker of speakers) speaker.send(frame);
    await clock.advanceAsync(FRAME_MS);
    if (ms % 5_000 === 0) progress(`${ms / 1000} s of ${END_MS / 1000}`);
  }
  for (const speaker of speakers) speaker.end();

  const over = (/** @type {'perfect' | 'unpaced'} */ other) =>
    trials.map((trial) => (trial.ours.recoveredMs() ?? Infinity) - (trial[other].recoveredMs() ?? Infinity));
  const excess = over('perfect');
  const waits = trials.map(({ ours }) => ours.recoveredMs() ?? Infinity);
  const otherwise = trials.filter(({ ours, perfect }) => ours.text() !== perfect.text()).length;
  const row = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ value) => ({
    id: `exact/${id}`,
    name: `the interrupted words, in virtual time, ${name}`,
    value,
    unit: 'ms',
  });
  const rows = [
    { ...row('median', 'beyond a perfect client: median', median(excess)), goal: GOAL_MS },
    row('p95', 'beyond a perfect client: 95th percentile', quantile(excess, 0.95)),
    row('worst', 'beyond a perfect client: worst', Math.max(...excess)),
    row('unpaced', 'beyond one that sends all at once: median', median(over('unpaced'))),
    row('whole', 'from the cut: median', median(waits)),
    {
      id: 'exact/different',
      name: 'transcripts that differ from the perfect client’s',
      value: otherwise,
      unit: '',
      goal: 0,
    },
  ];
  const how = `${CUTS} sessions cut at random moments of continuous speech; virtual time, handshake ${HANDSHAKE_MS} ms, latency ${LATENCY_MS} ms. The perfect client reconnects at once and replays from the last final at ${PERFECT_RATE} × real time.`;
  return { bench: 'recovery-exact', how, rows };
}

/** Phrases of a few words, as people speak, and a silence in which the last of them is decided. */
function speech() {
  const random = seededRandom(5);
  const script = [];
  for (let word = 0; word < 80; ) {
    const length = 2 + Math.floor(random() * 7);
    script.push(
      { say: Array.from({ length }, (_, index) => word + index) },
      { pauseMs: 350 + random() * 500 },
    );
    word += length;
  }
  const samples = speakScript(script, { sampleRate: SAMPLE_RATE });
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const frameBytes = (SAMPLE_RATE * 2 * FRAME_MS) / 1000;
  bytes.fill(0, (SAMPLE_RATE * 2 * SPEECH_MS) / 1000);
  const count = (SPEECH_MS + SILENCE_MS) / FRAME_MS;
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * frameBytes, (index + 1) * frameBytes),
  );
}

/** @param {VirtualClock} clock */
function networkOf(clock) {
  const handshakeDelayMs = HANDSHAKE_MS - 2 * LATENCY_MS;
  return new VirtualNetwork(new Emulator({ clock }), { latencyMs: LATENCY_MS, handshakeDelayMs });
}

/** @param {VirtualClock} clock @param {number} seed @returns {Speaker} */
function ours(clock, seed) {
  const network = networkOf(clock);
  const watch = watchRecovery(clock, network);
  const live = createLiveTranscription({
    auth: { apiKey: 'bench' },
    listen: LISTEN,
    clock,
    seed,
    transport: network.transport,
  });
  live.transcripts$.subscribe(({ final, text }) => {
    if (final && text !== '') watch.heard(text);
  });
  return { ...watch, send: (frame) => live.send(frame), end: () => live.abort() };
}

/** @param {VirtualClock} clock @param {number} rate @returns {Speaker} */
function perfect(clock, rate) {
  const network = networkOf(clock);
  const watch = watchRecovery(clock, network);
  const query = new URLSearchParams(Object.entries(LISTEN).map(([name, value]) => [name, String(value)]));
  const client = new PerfectClient({
    clock,
    rate,
    sampleRate: SAMPLE_RATE,
    transport: network.transport,
    url: `wss://api.deepgram.com/v1/listen?${query.toString()}`,
    onFinal: (text) => watch.heard(text),
  });
  return { ...watch, send: (frame) => client.send(frame), end: () => client.end() };
}

/** @param {VirtualClock} clock @param {VirtualNetwork} network */
function watchRecovery(clock, network) {
  /** @type {number | undefined} */
  let cutAt;
  /** @type {number | undefined} */
  let recoveredAt;
  /** @type {string[]} */
  const texts = [];
  return {
    cut() {
      cutAt = clock.now();
      network.cut();
    },
    /** @param {string} text */
    heard(text) {
      texts.push(text);
      if (cutAt !== undefined) recoveredAt ??= clock.now();
    },
    recoveredMs: () => (cutAt === undefined || recoveredAt === undefined ? undefined : recoveredAt - cutAt),
    text: () => texts.join(' '),
  };
}

await runAsProgram(import.meta, recoveryExact);
