/** A session on a virtual clock with a chronicle and a wire: the data of the viewer without a screen. */
import { createLiveTranscription, type LiveTranscriptionOptions } from '../../../src/index.ts';
import {
  Emulator,
  numberedRecogniser,
  speakNumbered,
  VirtualClock,
  VirtualNetwork,
} from '../../../src/testing/index.ts';
import { Chronicle } from '../../../src/tools/viewer/chronicle.ts';
import type { News } from '../../../src/tools/viewer/history.ts';
import { watchWire } from '../../../src/tools/viewer/wire.ts';

const RATE = 1_000;
const FRAME_MS = 20;

export function openSession(
  api: LiveTranscriptionOptions['listen'] = { interim_results: true },
  { hasWire = true }: { hasWire?: boolean } = {},
) {
  const clock = new VirtualClock();
  const emulator = new Emulator({ clock, recogniser: numberedRecogniser, fluxSampleRate: 'any' });
  const network = new VirtualNetwork(emulator);
  const wire = watchWire({ transport: network.transport, clock });
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    seed: 1,
    clock,
    transport: wire.transport,
    listen: { encoding: 'linear16', sample_rate: RATE, ...api },
  });
  const news: News[] = [];
  const chronicle = new Chronicle(live, { wire: hasWire ? wire : undefined, clock }, (each) =>
    news.push(each),
  );
  let next = 1;

  const wait = (ms: number) => clock.advanceAsync(ms);
  /** Says numbers at their own pace for at least so long. */
  const speak = async (ms: number) => {
    for (const untilMs = clock.now() + ms; clock.now() < untilMs; ) {
      const samples = speakNumbered([next++], { sampleRate: RATE, gapMs: 100 });
      const frame = (FRAME_MS * RATE) / 1000;
      for (let at = 0; at < samples.length; at += frame) {
        live.send(new Uint8Array(samples.slice(at, at + frame).buffer));
        await wait(FRAME_MS);
      }
    }
  };
  const close = async () => {
    const report = live.close();
    await wait(20_000);
    return report;
  };
  return { clock, emulator, network, wire, live, news, chronicle, wait, speak, close };
}
