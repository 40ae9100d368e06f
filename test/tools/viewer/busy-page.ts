/** A viewer of a long session in virtual time, whose draws are timed and counted, for `test/browser/driven/frames.test.ts`. */
import { createLiveTranscription } from '../../../src/index.ts';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../../src/testing/emulator/emulator.ts';
import { VirtualNetwork } from '../../../src/testing/network/virtual-network.ts';
import { numberedRecogniser, speakNumbered } from '../../../src/testing/recognisers/numbered.ts';
import { mountViewer } from '../../../src/tools/viewer/mount.ts';
import { watchWire } from '../../../src/tools/viewer/wire.ts';

const RATE = 1_000;
/** As often as the viewer draws. */
const FRAME_MS = 60;
const BETWEEN_CUTS_MS = 15_000;

/** One draw: the time of its script, style and layout, and what it changed in the document. */
export interface Draw {
  ms: number;
  changes: number;
  added: number;
}

/** Draws while text is spoken, after so many seconds. */
async function streamFor(seconds: number, measuredSeconds: number): Promise<Draw[]> {
  let callbacks: FrameRequestCallback[] = [];
  window.requestAnimationFrame = (callback) => callbacks.push(callback);
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock, recogniser: numberedRecogniser }));
  const wire = watchWire({ transport: network.transport, clock });
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    seed: 1,
    clock,
    transport: wire.transport,
    listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true },
  });
  mountViewer(document.body, live, { wire, clock });
  const viewer = document.querySelector('.rx-deepgram-viewer') as HTMLElement;
  const changes = new MutationObserver(() => undefined);
  const all = { subtree: true, attributes: true, childList: true, characterData: true };
  changes.observe(viewer.shadowRoot as ShadowRoot, all);
  const began = clock.now();
  const draws: Draw[] = [];
  const draw = () => {
    const due = callbacks;
    callbacks = [];
    changes.takeRecords();
    const before = performance.now();
    for (const callback of due) callback(clock.now());
    void viewer.offsetHeight;
    const ms = performance.now() - before;
    const records = changes.takeRecords();
    const added = records.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0);
    if (clock.now() - began > seconds * 1_000 && records.length > 0)
      draws.push({ ms, changes: records.length, added });
  };
  let number = 1;
  let cutAt = BETWEEN_CUTS_MS;
  while (clock.now() - began < (seconds + measuredSeconds) * 1_000) {
    const samples = speakNumbered([number++], { sampleRate: RATE, gapMs: 100 });
    for (let at = 0; at < samples.length; at += (FRAME_MS * RATE) / 1_000) {
      live.send(new Uint8Array(samples.slice(at, at + (FRAME_MS * RATE) / 1_000).buffer));
      await clock.advanceAsync(FRAME_MS);
      if (clock.now() - began > (seconds - 1) * 1_000) draw();
    }
    if (clock.now() - began > cutAt) {
      cutAt += BETWEEN_CUTS_MS;
      network.cut();
    }
  }
  return draws;
}

Object.assign(globalThis, { busyPage: { streamFor } });

/** What the test finds in the page. */
export interface BusyPage {
  streamFor: typeof streamFor;
}
