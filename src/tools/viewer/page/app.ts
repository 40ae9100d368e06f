/** The page around the viewer: source, server, and the buttons for faults. */
import type { SessionReport } from '../../../index.ts';
import { html, write } from '../dom.ts';
import { inSeconds } from '../words.ts';
import { pageClock } from './clock.ts';
import { type Control, control, keysFor, relabel, schemeChoice } from './controls.ts';
import type { Run } from './run.ts';
import type { FaultButton, PageSession } from './session.ts';

/** Beyond Deepgram's window of 10 s: without KeepAlive this would cost the connection. */
const SILENCE_MS = 12_000;

/** @param start Begins a session and shows it in the place given; `say` writes a line for the user. */
export function openApp(
  page: HTMLElement,
  session: PageSession,
  start: (place: HTMLElement, say: (text: string) => void) => Run,
): void {
  const place = html('main', {});
  const outcome = html('p', { class: 'outcome', role: 'status' });
  const isRecording = session.recording !== undefined;
  let run: Run | undefined;

  const say = (text: string) => write(outcome, text);
  const play = () => {
    run?.remove();
    say('');
    const present = start(place, say);
    run = present;
    present.feed.isHeld$.subscribe((isHeld) => {
      hold.button.setAttribute('aria-pressed', String(isHeld));
      if (isHeld) present.viewer.note('audio held');
    });
    setRunning(true);
    relabel(again, isRecording ? 'Play again' : 'Start anew');
    void present.report.then((report) => {
      if (run !== present) return;
      setRunning(false);
      if (outcome.textContent === '') say(summaryOf(report));
    });
  };

  const again = control('r', isRecording ? 'Play' : 'Start the microphone', 'A new session', play);
  const hold = control('h', 'Hold the audio', 'Nothing is said until it is pressed again', () => {
    if (hold.button.getAttribute('aria-pressed') === 'true') run?.feed.release();
    else run?.feed.hold();
  });
  const close = control('c', 'Close', 'Sends the rest, takes the last results, and ends', () => run?.close());
  const silence = control(
    '0',
    'Silence 12 s',
    'No audio for longer than Deepgram waits: KeepAlive has to hold the line',
    () => {
      const held = run?.feed;
      held?.hold();
      pageClock.setTimeout(() => held?.release(), SILENCE_MS);
    },
  );
  const faults = session.faults.map((fault, i) =>
    control(String(i + 1), fault.label, fault.hint, () => void strike(fault)),
  );
  const needRun = [hold, close, silence, ...faults];
  const setRunning = (isRunning: boolean) => {
    for (const { button } of needRun) button.disabled = !isRunning;
  };

  const strike = async ({ name, label }: FaultButton) => {
    run?.viewer.note(label);
    if (session.breaksHere) run?.wire.cut();
    else {
      const response = await fetch(`/faults/${name}`, { method: 'POST' }).catch(() => undefined);
      if (!response?.ok) say('The server of this page does not answer: start the command again.');
    }
  };

  page.append(
    header(session, [hold, close, again], keysFor(needRun.concat(again)), outcome),
    toolbar([...faults, silence]),
    place,
  );
  setRunning(false);
  if (isRecording) play();
  else say('Press “Start the microphone”, and speak English.');
}

function header(
  { place, recording }: PageSession,
  controls: readonly Control[],
  keys: HTMLElement,
  outcome: HTMLElement,
): HTMLElement {
  const what = `${recording?.name ?? 'your microphone'} → ${place}`;
  return html(
    'header',
    {},
    html('h1', {}, 'rx-', html('b', {}, 'deepgram')),
    outcome,
    html('p', { class: 'what' }, what),
    html('div', { class: 'controls' }, ...controls.map(({ button }) => button), keys, schemeChoice()),
  );
}

function toolbar(controls: readonly Control[]): HTMLElement {
  const title = html('h2', { id: 'break' }, 'Break it');
  const buttons = controls.map(({ button }) => button);
  return html('div', { class: 'faults', role: 'group', 'aria-labelledby': 'break' }, title, ...buttons);
}

const OUTCOMES: Record<SessionReport['outcome'], string> = {
  drained: 'Drained',
  deadline: 'Drain cut short',
  aborted: 'Aborted',
  failed: 'Failed',
};

function summaryOf({ outcome, connections, ledger, longestOutboundSilenceMs }: SessionReport): string {
  const seconds = (samples: number) => inSeconds((samples * 1000) / ledger.sampleRate);
  const times =
    ['without a connection', 'on one connection'][connections] ?? `over ${connections} connections`;
  const missing = ledger.dropped + ledger.pending;
  const words = missing === 0 ? 'nothing missing' : `${seconds(missing)} missing`;
  const silence = `longest silence ${inSeconds(longestOutboundSilenceMs)}`;
  return `${OUTCOMES[outcome]} ${times}: ${seconds(ledger.confirmed)} confirmed, ${words}, ${silence}`;
}
