/** A virtual clock, network and server, and sessions that speak. */
import {
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
} from '../../src/index.ts';
import { Emulator, numberedRecogniser, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { settle } from '../system/clocks.ts';
import { bytesOf, RATE, sampleOf } from '../system/voice.ts';

export class Stage {
  readonly clock: VirtualClock;
  readonly server: Emulator;
  readonly network: VirtualNetwork;

  constructor({ clock = new VirtualClock(), processingDelayMs = 0 } = {}) {
    this.clock = clock;
    this.server = new Emulator({ clock, processingDelayMs, recogniser: numberedRecogniser });
    this.network = new VirtualNetwork(this.server);
  }

  begin(options: Partial<LiveTranscriptionOptions> = {}): LiveTranscription {
    return createLiveTranscription({
      auth: { apiKey: 'secret-that-nobody-may-see' },
      listen: {
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: RATE,
        interim_results: true,
        endpointing: 300,
      },
      clock: this.clock,
      seed: 1,
      transport: this.network.transport,
      ...options,
    });
  }

  async wait(seconds: number): Promise<void> {
    for (let left = Math.round(seconds * 10); left > 0; left -= 1) {
      await settle();
      this.clock.advance(100);
    }
    await settle();
  }

  async speak(live: LiveTranscription, seconds: number): Promise<void> {
    for (let said = 0; said < seconds * RATE; said += RATE / 10) {
      live.send(bytesOf(Int16Array.from({ length: RATE / 10 }, (_, index) => sampleOf(said + index))));
      await this.wait(0.1);
    }
  }
}
