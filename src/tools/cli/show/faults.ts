/** The faults behind the page's buttons. */
import { type EmulatorOptions, type EmulatorServer, refuse } from '../../../testing/index.ts';
import type { FaultButton } from '../../viewer/page/session.ts';
import { NET_0000 } from '../deepgram.ts';

/** Longer than the stall timeout, so that the connection is replaced before it recovers. */
const THROTTLE_MS = 12_000;
const OUTAGE_MS = 15_000;

const BUTTONS = {
  cut: ['Cut', 'The TCP connection breaks, without a close frame'],
  'close-1011': ['Close 1011', 'The server closes with 1011'],
  'half-open': ['Half-open', 'The socket stays open, but nothing is read or answered'],
  'refuse-503': ['503 × 3', 'The connection breaks, and three handshakes are refused with 503'],
  flap: ['Flap × 3', 'The connection breaks; three more are accepted and closed at once'],
  stall: ['No results', 'Audio is taken, but no results come on this connection'],
  throttle: ['Half speed', 'For 12 s only half a second of audio is processed in a second'],
  outage: ['Outage 15 s', 'The connection breaks, and for 15 s handshakes are refused with 503'],
  nonsense: ['Nonsense', 'Broken JSON, unknown types, missing fields, a binary message'],
} as const;

type FaultName = keyof typeof BUTTONS;

const LASTS_MS: Partial<Record<FaultName, number>> = { throttle: THROTTLE_MS, outage: OUTAGE_MS };

/** These wait for the next connections, or for the server. */
const WITHOUT_CONNECTION: readonly FaultName[] = ['refuse-503', 'flap', 'throttle', 'outage'];

export const FAULT_BUTTONS: readonly FaultButton[] = (Object.keys(BUTTONS) as FaultName[]).map((name) => {
  const [label, hint] = BUTTONS[name];
  const lastsMs = LASTS_MS[name];
  const needsConnection = !WITHOUT_CONNECTION.includes(name);
  return { name, label, hint, needsConnection, ...(lastsMs !== undefined && { lastsMs }) };
});

/** Faults for other servers: the page drops its own connection. */
export const OWN_FAULT_BUTTONS: readonly FaultButton[] = [
  {
    name: 'cut',
    label: 'Cut',
    hint: 'The connection is dropped on this side, without a close frame',
    needsConnection: true,
  },
];

/** Faults for one emulator. */
export class Faults {
  #isAway = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Goes into the emulator's options. */
  readonly faultsOf: NonNullable<EmulatorOptions['faultsOf']> = () => (this.#isAway ? [refuse(503)] : []);

  strike(emulator: EmulatorServer, fault: FaultName): void {
    switch (fault) {
      case 'cut':
        return emulator.cut();
      case 'close-1011':
        return emulator.closeAll(1011, NET_0000);
      case 'half-open':
        return emulator.halfOpen();
      case 'refuse-503':
        emulator.refuse(503, { times: 3 });
        return emulator.cut();
      case 'flap':
        emulator.flap({ times: 3 });
        return emulator.cut();
      case 'stall':
        return emulator.stallResults();
      case 'throttle':
        emulator.throttle(0.5);
        return this.#later(THROTTLE_MS, () => emulator.throttle(emulator.settings.maxPace));
      case 'outage':
        this.#isAway = true;
        emulator.cut();
        return this.#later(OUTAGE_MS, () => (this.#isAway = false));
      case 'nonsense':
        return emulator.malformed();
      default:
        return fault satisfies never;
    }
  }

  /** One action for each button. */
  actionsOn(emulator: EmulatorServer): [path: string, act: () => void][] {
    const names = Object.keys(BUTTONS) as FaultName[];
    return names.map((name) => [`/faults/${name}`, () => this.strike(emulator, name)]);
  }

  /** Clears all timers. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}
