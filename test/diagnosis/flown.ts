/** Recorded sessions in virtual time: runs a list of steps, and returns the recording. */
import { type FlightRecorder, type FlightSettings, recordFlight } from '../../src/diagnosis/index.ts';
import {
  createLiveTranscription,
  type LiveTranscriptionOptions,
  type SessionReport,
  type Status,
  type Transcript,
} from '../../src/index.ts';
import {
  Emulator,
  encodePcm,
  type Fault,
  numberedRecogniser,
  refuse,
  speakNumbered,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';

export const KEY = 'dg-secret-7f3a9c';
const RATE = 8_000;
const FRAME_MS = 100;
const SPEECH = encodePcm(
  speakNumbered(
    Array.from({ length: 400 }, (_, i) => i + 1),
    { sampleRate: RATE },
  ),
  'linear16',
);

/** The steps, in order. */
export type Step =
  | { speak: number }
  | { pause: number }
  | { cut: true }
  | { close: number; reason: string }
  | { refuse: number; times: number }
  | { offline: number };

export interface Flown {
  recorder: FlightRecorder;
  ndjson: string;
  /** The states that the session itself reported. */
  states: Status['state'][];
  /** The texts that the session itself gave. */
  transcripts: Transcript[];
  report: SessionReport;
  clock: VirtualClock;
}

/** Runs the steps, and closes. */
export async function fly(
  steps: readonly Step[],
  settings: FlightSettings = {},
  options: Partial<LiveTranscriptionOptions> = {},
): Promise<Flown> {
  const clock = new VirtualClock();
  const planned: Fault[] = [];
  const emulator = new Emulator({
    clock,
    recogniser: numberedRecogniser,
    faultsOf: () => planned.splice(0, 1),
  });
  const network = new VirtualNetwork(emulator);
  const recorder = recordFlight(
    {
      auth: { apiKey: KEY },
      listen: { model: 'nova-3', encoding: 'linear16', sample_rate: RATE, interim_results: true },
      clock,
      transport: network.transport,
      seed: 7,
      ...options,
    },
    settings,
  );
  const live = createLiveTranscription(recorder.options);
  const states: Status['state'][] = [];
  live.status$.subscribe(({ state }) => {
    if (state !== states.at(-1)) states.push(state);
  });
  const transcripts: Transcript[] = [];
  live.transcripts$.subscribe((transcript) => transcripts.push(transcript));
  let said = 0;
  for (const step of steps) {
    if ('speak' in step) {
      for (let ms = 0; ms < step.speak * 1000; ms += FRAME_MS) {
        const bytes = (RATE * 2 * FRAME_MS) / 1000;
        const at = said % (SPEECH.length - bytes);
        live.send(SPEECH.subarray(at, at + bytes));
        said += bytes;
        await clock.advanceAsync(FRAME_MS);
      }
    } else if ('pause' in step) await clock.advanceAsync(step.pause * 1000);
    else if ('cut' in step) network.cut();
    else if ('close' in step) emulator.closeAll(step.close, step.reason);
    else if ('refuse' in step) for (let i = 0; i < step.times; i += 1) planned.push(refuse(step.refuse));
    else {
      network.offline = true;
      network.cut();
      await clock.advanceAsync(step.offline * 1000);
      network.offline = false;
    }
  }
  const settled: SessionReport[] = [];
  void live.close().then((report) => settled.push(report));
  for (let waited = 0; settled.length === 0 && waited < 600; waited += 1) await clock.advanceAsync(1_000);
  await clock.advanceAsync(5_000);
  const [report] = settled;
  if (!report) throw new Error('close() did not settle');
  return { recorder, ndjson: recorder.toNDJSON(), states, transcripts, report, clock };
}
