/**
 * One session that transcribes a speech to its end, under faults: client, network, emulator and recogniser on one virtual
 * clock, which stands still while the recogniser works. 25 s of speech take no longer than hearing them, and every run is the
 * same.
 */
import { createLiveTranscription, type SessionReport, type Transcript } from '../../src/index.ts';
import { Emulator, type RecogniserFactory, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { BYTES_PER_SECOND, SAMPLE_RATE, type Speech } from './recordings.ts';

/** A recogniser that can be waited for. */
export interface PatientRecogniser {
  recogniser: RecogniserFactory;
  caughtUp(): Promise<void>;
}

/** What happens when so many seconds of the speech have been sent. */
export interface Incident {
  at: number;
  /** Faults of the emulator. */
  orders?: readonly string[];
  /** Nobody sends audio for so long. */
  pauseSeconds?: number;
  /** The network breaks, and is gone for so long. */
  outageSeconds?: number;
}

export interface Hearing {
  finals: readonly Transcript[];
  report: SessionReport;
  /** Connections that were opened, beyond the first. */
  reconnects: number;
}

/** One frame, and one step of time. */
const STEP_MS = 50;
const STEP_BYTES = (BYTES_PER_SECOND * STEP_MS) / 1000;
/** The usual endpointing of apps. */
const ENDPOINTING_MS = 300;
/** Words come about so much later than they are said: so some are always under way when a connection breaks. */
const PROCESSING_DELAY_MS = 300;
/** Nobody hangs up while the captions are further behind: close() would run into its deadline, and say so. */
const HANG_UP_SECONDS = 10;
/** More than any of these sessions may take. */
const LONGEST_MS = 600_000;

export async function hear(
  { audio }: Speech,
  incidents: readonly Incident[],
  recogniser: PatientRecogniser,
): Promise<Hearing> {
  const scene = new Scene(recogniser);
  const coming = incidents.toSorted((one, other) => one.at - other.at);
  for (let sent = 0; sent < audio.length; sent += STEP_BYTES) {
    for (; coming[0] && coming[0].at * BYTES_PER_SECOND <= sent; coming.shift())
      await scene.suffer(coming[0]);
    await scene.say(audio.subarray(sent, sent + STEP_BYTES));
  }
  return scene.end();
}

class Scene {
  readonly #clock = new VirtualClock();
  readonly #server: Emulator;
  readonly #network: VirtualNetwork;
  readonly #live;
  readonly #recogniser: PatientRecogniser;
  readonly #finals: Transcript[] = [];

  constructor(recogniser: PatientRecogniser) {
    this.#recogniser = recogniser;
    this.#server = new Emulator({
      clock: this.#clock,
      recogniser: recogniser.recogniser,
      processingDelayMs: PROCESSING_DELAY_MS,
    });
    this.#network = new VirtualNetwork(this.#server);
    this.#live = createLiveTranscription({
      auth: { apiKey: 'speech' },
      clock: this.#clock,
      seed: 1,
      transport: this.#network.transport,
      listen: {
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: SAMPLE_RATE,
        interim_results: true,
        endpointing: ENDPOINTING_MS,
      },
    });
    this.#live.transcripts$.subscribe((transcript) => {
      if (transcript.final) this.#finals.push(transcript);
    });
  }

  async suffer({ orders = [], pauseSeconds = 0, outageSeconds }: Incident): Promise<void> {
    for (const order of orders) this.#server.inflict(order);
    if (outageSeconds !== undefined) {
      this.#network.offline = true;
      this.#network.cut();
      this.#clock.setTimeout(() => (this.#network.offline = false), outageSeconds * 1000);
    }
    const untilMs = this.#clock.now() + pauseSeconds * 1000;
    while (this.#clock.now() < untilMs) await this.#step();
  }

  async say(audio: Uint8Array): Promise<void> {
    this.#live.send(audio);
    await this.#step();
  }

  async end(): Promise<Hearing> {
    while (this.#isBehind()) await this.#step();
    const reports: SessionReport[] = [];
    void this.#live.close().then((report) => reports.push(report));
    for (;;) {
      const [report] = reports;
      if (report) {
        return { finals: this.#finals, report, reconnects: this.#server.connections.length - 1 };
      }
      await this.#step();
    }
  }

  #isBehind(): boolean {
    const { pending, sampleRate } = this.#live.ledger;
    const isConnected = this.#server.openConnections.length > 0;
    return pending > HANG_UP_SECONDS * sampleRate || (pending > 0 && !isConnected);
  }

  async #step(): Promise<void> {
    if (this.#clock.now() > LONGEST_MS) throw new Error('The session does not come to its end.');
    await this.#clock.advanceAsync(STEP_MS);
    await this.#recogniser.caughtUp();
  }
}
