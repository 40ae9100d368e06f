/** The stage without internet: two emulators on this machine, which share a speech recogniser, if installed. */
import { platformTransport, systemClock } from '../../../index.ts';
import { type EmulatorServer, startEmulator, type VoskHost } from '../../../testing/index.ts';
import { NET_0000 } from '../deepgram.ts';
import type { FaultName } from './plan.ts';
import type { Stage } from './stage.ts';

/** The emulator accepts any plausible key. */
const AUTH = { apiKey: 'demonstration' };

/** @param vosk Closed with the stage; without it, test tones are recognised. */
export async function openLocalStage(vosk: VoskHost | undefined): Promise<Stage> {
  const hearing = vosk && { recogniser: vosk.recogniser };
  const [disturbed, undisturbed] = await Promise.all([
    startEmulator({ ...hearing, seed: 1 }),
    startEmulator({ ...hearing, seed: 2 }),
  ]);
  return {
    place: 'local emulator',
    isLocal: true,
    clock: systemClock,
    disturbed: { auth: AUTH, baseUrl: disturbed.url, transport: platformTransport },
    undisturbed: { auth: AUTH, baseUrl: undisturbed.url, transport: platformTransport },
    strike: (fault) => strike(disturbed, fault),
    measuredSilenceMs: () => Math.max(0, ...disturbed.connections.map(longestSilenceMs)),
    close: async () => {
      await Promise.all([disturbed.close(), undisturbed.close()]);
      await vosk?.close();
    },
  };
}

function strike(emulator: EmulatorServer, fault: FaultName): void {
  switch (fault) {
    case 'cut':
      return emulator.cut();
    case 'close-1011':
      return emulator.closeAll(1011, NET_0000);
    default:
      return fault satisfies never;
  }
}

/** Unlike the emulator's own figure, this one stops at CloseStream. */
function longestSilenceMs({ openedAtMs, received, end }: EmulatorServer['connections'][number]): number {
  const frames = received.filter(({ kind }) => kind !== 'ping');
  const times = [openedAtMs, ...frames.map(({ atMs }) => atMs)];
  const isClosing = frames.at(-1)?.text?.includes('CloseStream') ?? false;
  if (end && !isClosing) times.push(end.atMs);
  return Math.max(0, ...times.slice(1).map((atMs, i) => atMs - (times[i] ?? atMs)));
}
