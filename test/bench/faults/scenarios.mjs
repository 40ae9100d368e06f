/**
 * The faults of each scenario. Their times follow from the seed: two clients with the same scenario and seed suffer the same
 * faults at the same moments of the same speech.
 */
/** Deepgram's close reason without a text. */
const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';

/**
 * @typedef {object} Stage What a fault can touch. Times are milliseconds since the speaker began.
 * @property {(ms: number, action: () => void) => void} at
 * @property {import('./cable.mjs').Cable} cable
 * @property {import('rx-deepgram/testing').EmulatorServer} server
 * @property {(from: number, to: number) => number} between
 * @property {() => void} strike Notes that the fault strikes now.
 * @property {() => void} tally Counts the attempts until now, and no further.
 */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {string} what
 * @property {number} speechMs
 * @property {number} [tailMs] The room after the speech, silent but heard: long enough for every client to catch up. 3 s if not given.
 * @property {number} [pauseMs] The microphone is off for so long, half way.
 * @property {boolean} [keepAlive] The app sends KeepAlives where its client does not.
 * @property {number} [chunkBytes]
 * @property {number} [emptyChunkEveryMs] The recorder gives a chunk of no bytes so often.
 * @property {'any' | 'wrong'} [key]
 * @property {(stage: Stage) => void} faults
 */

/** Clients that keep audio may need five seconds of quiet for each second they were away: Deepgram takes 1.25 × real time. */
const TAIL_MS = 45_000;
const LONG_TAIL_MS = 215_000;

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  {
    name: 'calm',
    title: 'nothing goes wrong',
    what: 'No fault: what the harness itself would lose.',
    speechMs: 30_000,
    tailMs: 5_000,
    faults: () => undefined,
  },
  {
    name: 'pause',
    title: 'pause of 12 s',
    what: 'The microphone gives nothing for 12 s. Deepgram closes after 10 s without audio or KeepAlive.',
    speechMs: 20_000,
    pauseMs: 12_000,
    faults: () => undefined,
  },
  {
    name: 'pause-kept',
    title: 'pause of 12 s, with KeepAlives',
    what: 'The same, and the app sends a KeepAlive every 5 s, as Deepgram advises.',
    speechMs: 20_000,
    pauseMs: 12_000,
    keepAlive: true,
    faults: () => undefined,
  },
  {
    name: 'cuts',
    title: 'three cuts',
    what: 'The TCP connection is reset three times; the network is back at once.',
    speechMs: 40_000,
    tailMs: TAIL_MS,
    faults: ({ at, cable, between }) => {
      for (const from of [6_000, 17_000, 28_000]) at(between(from, from + 8_000), () => cable.cut());
    },
  },
  {
    name: 'close-1011',
    title: 'close 1011, twice',
    what: 'The server closes with 1011 NET-0000, twice.',
    speechMs: 40_000,
    tailMs: TAIL_MS,
    faults: ({ at, server, between }) => {
      for (const from of [6_000, 20_000]) {
        at(between(from, from + 10_000), () => server.closeAll(1011, NET_0000));
      }
    },
  },
  {
    name: 'outage-5',
    title: 'outage of 5 s',
    what: 'The network is gone for 5 s: connections break, and further ones are reset.',
    speechMs: 30_000,
    tailMs: TAIL_MS,
    faults: (stage) => outage(stage, 5_000),
  },
  {
    name: 'outage-40',
    title: 'outage of 40 s',
    what: 'The network is gone for 40 s.',
    speechMs: 65_000,
    tailMs: LONG_TAIL_MS,
    faults: (stage) => outage(stage, 40_000),
  },
  {
    name: 'half-open',
    title: 'half-open connection',
    what: 'The connection goes dead without a word; a new one would work.',
    speechMs: 40_000,
    tailMs: 90_000,
    faults: ({ at, cable, between }) => at(between(8_000, 12_000), () => cable.goDead()),
  },
  {
    name: 'flapping',
    title: 'flapping server',
    what: 'A cut; then five connections are accepted and closed at once with 1011.',
    speechMs: 50_000,
    tailMs: 150_000,
    faults: ({ at, cable, server, between }) => {
      at(between(8_000, 12_000), () => {
        server.flap({ times: 5 });
        cable.cut();
      });
    },
  },
  {
    name: 'refused',
    title: 'handshakes refused',
    what: 'A cut; then three handshakes are refused with 503.',
    speechMs: 40_000,
    tailMs: 90_000,
    faults: ({ at, cable, server, between }) => {
      at(between(8_000, 12_000), () => {
        server.refuse(503, { times: 3 });
        cable.cut();
      });
    },
  },
  {
    name: 'drain-cut',
    title: 'cut while closing',
    what: 'The connection breaks after CloseStream, before the last results.',
    speechMs: 15_000,
    tailMs: 0,
    faults: ({ server }) => server.onConnection(1, { kind: 'dropOnCloseStream', before: 'results' }),
  },
  {
    name: 'empty-chunks',
    title: 'empty chunks',
    what: 'The recorder gives a chunk of no bytes every 9 s. Deepgram takes it for the end of the stream.',
    speechMs: 30_000,
    tailMs: TAIL_MS,
    emptyChunkEveryMs: 9_000,
    faults: () => undefined,
  },
  {
    name: 'odd-chunks',
    title: 'chunks cut in mid-sample, two cuts',
    what: 'Chunks of 1,601 bytes end in the middle of a 16-bit sample; the connection is cut twice.',
    speechMs: 40_000,
    tailMs: TAIL_MS,
    chunkBytes: 1_601,
    faults: ({ at, cable, between }) => {
      for (const from of [6_000, 20_000]) at(between(from, from + 10_000), () => cable.cut());
    },
  },
];

const MINUTE_MS = 60_000;

/** This scenario counts attempts; no words are transcribed. @type {Scenario} */
export const WRONG_KEY = {
  name: 'wrong-key',
  title: 'a wrong key',
  what: 'The key is refused with 401, for a minute.',
  speechMs: MINUTE_MS,
  key: 'wrong',
  faults: ({ at, tally }) => at(MINUTE_MS, tally),
};

/** One cut, and how soon words come again. @type {Scenario} */
export const RECOVERY = {
  name: 'recovery',
  title: 'recovery from a cut',
  what: 'The TCP connection is reset once; the network is back at once.',
  speechMs: 30_000,
  faults: ({ at, cable, between, strike }) => {
    at(between(6_000, 18_000), () => {
      strike();
      cable.cut();
    });
  },
};

/** @param {string} name */
export function scenarioOf(name) {
  const scenario = [...SCENARIOS, WRONG_KEY, RECOVERY].find((each) => each.name === name);
  if (!scenario) throw new Error(`No scenario is called ${name}.`);
  return scenario;
}

/** @param {Stage} stage @param {number} forMs */
function outage({ at, cable, between }, forMs) {
  const from = between(8_000, 12_000);
  at(from, () => cable.unplug());
  at(from + forMs, () => cable.plug());
}
