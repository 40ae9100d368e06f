/** Checks whether network and server keep up with the audio. */
import { isFlux } from '../../protocol/flux/parameters.ts';
import type { ResultsMessage } from '../../protocol/listen-v1/server-messages.ts';
import type { ServerMessage } from '../../protocol/server-message.ts';
import { TICK_MS } from './time.ts';
import type { StartWatch } from './watch.ts';

/** About a second of speech waiting in the socket. */
const CONGESTED_BYTES = 32 * 1024;
const CONGESTED_TICKS = 3;
/** The smallest backlog worth a notice. */
const LEVEL_MS = 200;
/** Deepgram's interim results are about a second late; users notice three. */
const LATE_SECONDS = 3;
const LATE_TICKS = 5;
/** Without interim results a server sends nothing before an utterance ends. */
const PATIENCE_WITHOUT_INTERIMS = 3;
const MISSING_SECONDS = 6;

export const watchLink: StartWatch = (board, { link, backlogMs, options: { listen } }) => {
  const hasInterims = isFlux(listen) || String(listen.interim_results) === 'true';
  const patience = hasInterims ? 1 : PATIENCE_WITHOUT_INTERIMS;
  let congestedTicks = 0;
  let lateTicks = 0;
  /** On this connection, in seconds: the end of the last result, and the audio sent before the last message. */
  let transcribedTo = 0;
  let answeredTo = 0;
  /** Between two connections the count of sent audio is still that of the old one. */
  let isOpen = false;
  return {
    fact({ code, evidence }) {
      if (code === 'catching-up') board.raise(code, evidence);
    },
    status({ state }) {
      isOpen = state === 'streaming' || state === 'idle-keepalive' || state === 'draining';
      if (isOpen) return;
      transcribedTo = 0;
      answeredTo = 0;
      lateTicks = 0;
    },
    message(message) {
      answeredTo = link()?.sentSeconds ?? 0;
      board.clear('results-missing');
      transcribedTo = Math.max(transcribedTo, endOf(message));
    },
    tick() {
      const { bufferedAmount = 0, sentSeconds = 0 } = link() ?? {};
      congestedTicks = bufferedAmount > CONGESTED_BYTES ? congestedTicks + 1 : 0;
      if (congestedTicks >= CONGESTED_TICKS)
        board.raise('link-congested', { bytes: bufferedAmount }, congestedTicks * TICK_MS);
      else if (congestedTicks === 0) board.clear('link-congested', { bytes: bufferedAmount });

      if (backlogMs() < LEVEL_MS) board.clear('catching-up');

      const lagSeconds = transcribedTo === 0 ? 0 : sentSeconds - transcribedTo;
      lateTicks = lagSeconds > LATE_SECONDS * patience ? lateTicks + 1 : 0;
      if (lateTicks >= LATE_TICKS) board.raise('results-late', { lagSeconds }, lateTicks * TICK_MS);
      else if (lateTicks === 0) board.clear('results-late', { lagSeconds });

      const unansweredSeconds = sentSeconds - answeredTo;
      if (isOpen && unansweredSeconds > MISSING_SECONDS * patience)
        board.raise('results-missing', { unansweredSeconds }, unansweredSeconds * 1000);
    },
  };
};

/** The end of a message's audio, in seconds on its connection. */
function endOf(message: ServerMessage): number {
  if (message.type === 'TurnInfo') {
    const { audio_window_end: end } = message as { audio_window_end?: unknown };
    return typeof end === 'number' ? end : 0;
  }
  if (message.type !== 'Results') return 0;
  const { start, duration } = message as ResultsMessage;
  return start + duration;
}
