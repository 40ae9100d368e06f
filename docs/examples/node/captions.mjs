/** Live captions in a terminal: of a recording, or of what comes in at the standard input. */
import { readFile } from 'node:fs/promises';
import { emitKeypressEvents } from 'node:readline';
import { createLiveTranscription } from 'rx-deepgram';
import { refuse, startEmulator, startVosk } from 'rx-deepgram/testing';
import { from, fromEvent, interval, map, takeUntil, takeWhile } from 'rxjs';

const SAMPLE_RATE = 16_000;
const FRAME_MS = 100;
const CUT_MS = 4_000;

const apiKey = process.env['DEEPGRAM_API_KEY'];
const emulated = apiKey ? undefined : await emulate();
const live = createLiveTranscription({
  auth: { apiKey: apiKey ?? 'any-key-will-do' },
  ...(emulated && { baseUrl: emulated.url }),
  listen: {
    model: 'nova-3',
    encoding: 'linear16',
    sample_rate: SAMPLE_RATE,
    interim_results: true,
    endpointing: 300,
  },
});

/** Deepgram as played by an emulator on this machine, whose network can be cut. */
async function emulate() {
  const vosk = await startVosk();
  let cutUntil = 0;
  const faultsOf = () => (Date.now() < cutUntil ? [refuse(503)] : []);
  const emulator = await startEmulator({ recogniser: vosk.recogniser, faultsOf });
  return {
    url: emulator.url,
    cut: () => {
      cutUntil = Date.now() + CUT_MS;
      emulator.cut();
    },
    close: () => Promise.all([emulator.close(), vosk.close()]),
  };
}

/** A recording at the pace of speech, as a microphone would give it. */
async function play() {
  const folder = new URL('recordings/', import.meta.resolve('rx-deepgram/package.json'));
  const names = ['0870', '0880', '0890', '0920', '0930'].map((number) => `austen-${number}.wav`);
  const recordings = await Promise.all(names.map((name) => readFile(new URL(name, folder))));
  // After 44 bytes of header, the samples; and a second of silence.
  const audio = Buffer.concat(recordings.flatMap((wav) => [wav.subarray(44), Buffer.alloc(2 * SAMPLE_RATE)]));
  const frameBytes = (2 * SAMPLE_RATE * FRAME_MS) / 1000;
  return interval(FRAME_MS).pipe(
    map((frame) => audio.subarray(frame * frameBytes, (frame + 1) * frameBytes)),
    takeWhile(({ length }) => length > 0),
  );
}

const isTerminal = process.stdout.isTTY;
const dim = (/** @type {string} */ text) => (isTerminal ? `\x1b[2m${text}\x1b[22m` : text);

const INDENT = ' '.repeat(10);

/** Broken between words, under one another. */
function wrapped(/** @type {string} */ text) {
  const room = Math.max(20, (process.stdout.columns || 80) - INDENT.length - 1);
  return text.replace(new RegExp(`(.{1,${room}})(?: +|$)`, 'g'), `$1\n${INDENT}`).trimEnd();
}

/** A line that stays; the interim text below it is drawn anew. */
function print(/** @type {string} */ mark, /** @type {string} */ text) {
  process.stdout.write(`${isTerminal ? '\r\x1b[K' : ''}${dim(mark.padStart(8))}  ${wrapped(text)}\n`);
}

live.transcripts$.subscribe(({ final, text, start }) => {
  if (final && text) print(`${start.toFixed(1)} s`, text);
  // Its last words, since a longer line could not be drawn anew.
  else if (isTerminal)
    process.stdout.write(`\r\x1b[K${dim(text.slice(-process.stdout.columns + 1).replace(/^\S*\s/, ''))}`);
});

// Of the notices only those of losses: what is kept and comes later is told in one line.
live.notices$.subscribe(({ severity, message }) => {
  if (severity === 'error') print('!', message);
});
let isLost = false;
live.status$.subscribe(({ phase }) => {
  if (phase === 'recovering' && !isLost)
    print('·', 'The connection is lost. What is said meanwhile is kept.');
  if (phase === 'open' && isLost) print('·', 'Connected again. The words come now.');
  if (phase === 'recovering' || phase === 'open') isLost = phase === 'recovering';
});

const stopped = new AbortController();
if (process.stdin.isTTY) {
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true).on('keypress', (_, { name, ctrl }) => {
    if (name === 'c' && !ctrl) emulated?.cut();
    else if (name === 'q' || ctrl) stopped.abort();
  });
  print('', emulated ? 'c cuts the network, q ends.' : 'q ends.');
}
process.once('SIGINT', () => stopped.abort());

/** @type {import('rxjs').Observable<Uint8Array>} */
const audio$ =
  process.argv[2] === '-' ? from(/** @type {AsyncIterable<Buffer>} */ (process.stdin)) : await play();
audio$.pipe(takeUntil(fromEvent(stopped.signal, 'abort'))).subscribe({
  next: (chunk) => live.send(chunk),
  complete: () => void finish(),
});

async function finish() {
  const { outcome, connections, ledger } = await live.close();
  const lost = (ledger.dropped + ledger.pending) / ledger.sampleRate;
  print('', `${outcome} after ${connections} connection(s), ${lost.toFixed(1)} s of audio lost`);
  process.stdin.destroy();
  await emulated?.close();
}
