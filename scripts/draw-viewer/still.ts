/**
 * The page of `rx-deepgram show` at one moment that never changes: the bundled recording, a pause, a cut and a close 1011, all
 * in virtual time and against the emulator without a network. `scripts/draw-viewer.mjs` takes its picture.
 */
import { BehaviorSubject, NEVER } from 'rxjs';
import { createLiveTranscription, type SessionReport } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../src/testing/emulator/emulator.ts';
import { VirtualNetwork } from '../../src/testing/network/virtual-network.ts';
import { mountViewer } from '../../src/tools/viewer/mount.ts';
import { openApp } from '../../src/tools/viewer/page/app.ts';
import type { FaultButton } from '../../src/tools/viewer/page/session.ts';
import { PAGE_STYLE } from '../../src/tools/viewer/style/page.ts';
import { watchWire } from '../../src/tools/viewer/wire.ts';
import { reader } from './reader.ts';

const SAMPLE_RATE = 16_000;
const FRAME_MS = 100;
const FRAME_BYTES = (2 * SAMPLE_RATE * FRAME_MS) / 1000;
const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';

/** Sets the age of the glow of recent transitions. */
const GLOW_MS = 430;

/** Shows the moment, and resolves when it can be photographed. */
export async function holdStill(samples: Uint8Array, faults: readonly FaultButton[]): Promise<void> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PAGE_STYLE);
  document.adoptedStyleSheets = [sheet];

  const clock = new VirtualClock();
  const emulator = new Emulator({ clock, recogniser: reader(() => live.ledger.confirmed / SAMPLE_RATE) });
  const network = new VirtualNetwork(emulator);
  const wire = watchWire({ transport: network.transport, clock });
  const listen = { encoding: 'linear16', sample_rate: SAMPLE_RATE, interim_results: true };
  const live = createLiveTranscription({
    auth: { apiKey: 'still' },
    seed: 3,
    clock,
    transport: wire.transport,
    listen,
  });
  let viewer = mountViewer(document.createElement('div'), live, { wire, clock });
  openApp(
    document.body,
    {
      place: 'local emulator',
      baseUrl: 'ws://emulator',
      listen,
      recording: { name: 'the bundled recording', bytesPerSecond: 2 * SAMPLE_RATE },
      faults,
      breaksHere: true,
    },
    (place) => {
      viewer.unmount();
      viewer = mountViewer(place, live, { wire, clock });
      return {
        feed: {
          audio$: NEVER,
          isHeld$: new BehaviorSubject(false),
          hold: () => undefined,
          release: () => undefined,
          progress: () => ({ atMs: 20_600, lengthMs: 26_700, round: 1 }),
        },
        viewer,
        wire,
        report: new Promise<SessionReport>(() => undefined),
        isConnected$: NEVER,
        close: () => undefined,
        remove: () => undefined,
      };
    },
  );

  let sent = 0;
  const playUntil = async (seconds: number) => {
    for (; sent < seconds * 2 * SAMPLE_RATE; sent += FRAME_BYTES) {
      live.send(samples.subarray(sent, sent + FRAME_BYTES));
      await clock.advanceAsync(FRAME_MS);
    }
  };
  await playUntil(9.2);
  viewer.note('Silence 12 s');
  await clock.advanceAsync(12_000);
  await playUntil(13.4);
  viewer.note('Cut');
  network.cut();
  await playUntil(20.3);
  await settled();
  viewer.note('Close 1011');
  emulator.closeAll(1011, NET_0000);
  await playUntil(20.6);
  await settled(GLOW_MS);
}

/** The page has drawn, and its animations are over, or at one moment. */
async function settled(atMs?: number): Promise<void> {
  for (let i = 0; i < 4; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  for (const animation of document.getAnimations()) {
    if (atMs === undefined) animation.finish();
    else {
      animation.pause();
      animation.currentTime = atMs;
    }
  }
}
