/** The page around the viewer: source, server, and the buttons for faults. */
import type { SessionReport } from '../../../index.ts';
import { html, set, write } from '../dom.ts';
import { inSeconds } from '../words.ts';
import { pageClock } from './clock.ts';
import { type Control, control, keysFor, relabel, schemeChoice } from './controls.ts';
import { heading } from './heading.ts';
import type { Run } from './run.ts';
import type { FaultButton, PageSession } from './session.ts';

/** Beyond Deepgram's window of 10 s: without KeepAlive this would cost the connection. */
const SILENCE_MS = 12_000;

const NO_SESSION = 'No session is running: begin one first.';
const NO_CONNECTION = 'No connection is open, so there is nothing to break.';
const TICK_MS = 250;

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
  let isRunning = false;
  let isConnected = false;

  const say = (text: string) => write(outcome, text);
  const play = () => {
    run?.remove();
    stopSilence();
    say('');
    const present = start(place, say);
    run = present;
    isRunning = true;
    present.feed.isHeld$.subscribe((isHeld) => {
      set(hold.button, { 'aria-pressed': String(isHeld) });
      if (isHeld) present.viewer.note('audio held');
    });
    present.isConnected$.subscribe((isNow) => {
      if (run !== present) return;
      isConnected = isNow;
      if (outcome.textContent === NO_CONNECTION) say('');
      judge();
    });
    relabel(again, isRecording ? 'Play again' : 'Start anew');
    judge();
    void present.report.then((report) => {
      if (run !== present) return;
      isRunning = false;
      stopSilence();
      judge();
      if (outcome.textContent === '') say(summaryOf(report));
    });
  };

  const again = control('r', isRecording ? 'Play' : 'Start the microphone', 'A new session', play, say);
  const toggle = () => {
    stopSilence();
    if (hold.button.getAttribute('aria-pressed') === 'true') run?.feed.release();
    else run?.feed.hold();
  };
  const hold = control('h', 'Hold the audio', 'Nothing is said until it is pressed again', toggle, say);
  const closing = 'Sends the rest, takes the last results, and ends';
  const close = control('c', 'Close', closing, () => run?.close(), say);

  const silenceHint = 'No audio for longer than Deepgram waits: KeepAlive has to hold the line';
  const silence: Fault = {
    control: control('0', 'Silence 12 s', silenceHint, () => beSilent(), say),
    label: 'Silence 12 s',
    needsConnection: false,
  };
  const beSilent = () => {
    run?.feed.hold();
    silence.untilMs = pageClock.now() + SILENCE_MS;
    judge();
  };
  /** A hold of the user's own ends the silence, and must not be ended by it. */
  const stopSilence = () => {
    delete silence.untilMs;
  };

  const faults: Fault[] = session.faults.map((button, i) => ({
    ...button,
    control: control(String(i + 1), button.label, button.hint, () => void strike(i, button), say),
  }));
  const strike = async (index: number, { name, label, lastsMs }: FaultButton) => {
    run?.viewer.note(label);
    bringChartIntoView(place);
    if (session.breaksHere) return run?.wire.cut();
    const response = await fetch(`/faults/${name}`, { method: 'POST' }).catch(() => undefined);
    if (!response?.ok) return say('The server of this page does not answer: start the command again.');
    const fault = faults[index];
    if (fault && lastsMs !== undefined) fault.untilMs = pageClock.now() + lastsMs;
    judge();
  };

  /** Shows which buttons would do nothing, and how long faults go on. */
  const judge = () => {
    if (silence.untilMs !== undefined && silence.untilMs <= pageClock.now()) {
      stopSilence();
      run?.feed.release();
    }
    for (const each of [hold, close]) each.reason = isRunning ? '' : NO_SESSION;
    for (const fault of [...faults, silence]) {
      const leftMs = Math.max(0, (fault.untilMs ?? 0) - pageClock.now());
      if (leftMs === 0) delete fault.untilMs;
      const left = `${Math.ceil(leftMs / 1000)} s`;
      relabel(fault.control, leftMs > 0 ? `${fault.label} · ${left}` : fault.label);
      if (leftMs > 0) fault.control.reason = `${fault.label} goes on for ${left}.`;
      else if (!isRunning) fault.control.reason = NO_SESSION;
      else fault.control.reason = fault.needsConnection && !isConnected ? NO_CONNECTION : '';
    }
    tellProgress();
  };

  const what = `${session.recording?.name ?? 'your microphone'} → ${session.place}`;
  const bar = html('progress', { 'aria-label': 'The recording', max: 1, value: 0 });
  const played = html('span', {});
  const tellProgress = () => {
    const { atMs, lengthMs, round } = run?.feed.progress?.() ?? { atMs: 0, lengthMs: 1, round: 1 };
    const rounds = round > 1 ? `, round ${round}` : '';
    write(played, ` ${Math.floor(atMs / 1000)} of ${Math.round(lengthMs / 1000)} s${rounds}`);
    set(bar, { value: Math.floor((atMs / lengthMs) * 100) / 100 });
  };
  const source = html('p', { class: 'what' }, what, ...(isRecording ? [' ', bar, played] : []));

  page.append(
    header(
      source,
      [hold, close, again],
      keysFor([...faults.map((each) => each.control), silence.control, hold, close, again]),
      outcome,
    ),
    toolbar([...faults, silence].map((each) => each.control)),
    place,
  );
  judge();
  const tick = () => {
    const isCounting = [...faults, silence].some(({ untilMs }) => untilMs !== undefined);
    if (isRunning || isCounting) judge();
    pageClock.setTimeout(tick, TICK_MS);
  };
  tick();
  if (isRecording) play();
  else say('Press “Start the microphone”, and speak English.');
}

/** A button that breaks something, for some time or at once. */
interface Fault {
  control: Control;
  label: string;
  needsConnection: boolean;
  untilMs?: number;
}

/** On a small screen the statechart is below the buttons. */
function bringChartIntoView(place: HTMLElement): void {
  const chart = place.lastElementChild?.shadowRoot?.querySelector('.chart');
  if (!chart) return;
  const { top, bottom } = chart.getBoundingClientRect();
  const covered = document.querySelector('.faults')?.getBoundingClientRect().bottom ?? 0;
  place.style.setProperty('--covered', `${covered}px`);
  if (top < covered || bottom > window.innerHeight) chart.scrollIntoView({ block: 'start' });
}

function header(
  source: HTMLElement,
  controls: readonly Control[],
  keys: HTMLElement,
  outcome: HTMLElement,
): HTMLElement {
  return html(
    'header',
    {},
    heading(),
    outcome,
    source,
    html('div', { class: 'controls' }, ...controls.map(({ button }) => button), keys, schemeChoice()),
  );
}

function toolbar(controls: readonly Control[]): HTMLElement {
  const title = html('h2', { id: 'break' }, 'Break it');
  const buttons = controls.map(({ button }) => button);
  return html('section', { class: 'faults', 'aria-labelledby': 'break' }, title, ...buttons);
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
