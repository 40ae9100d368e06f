/** Whether the network carries the audio away, and whether the server keeps up with it. */
import type { ResultsMessage } from '../../protocol/server-messages.ts';
import { TICK_MS } from './time.ts';
import type { StartWatch } from './watch.ts';

/** About a second of speech that the network has not taken. */
const CONGESTED_BYTES = 32 * 1024;
const CONGESTED_TICKS = 3;
/** Less than this is no backlog. */
const LEVEL_MS = 200;
/** Deepgram's interim results come about a second behind; three are felt. */
const LATE_SECONDS = 3;
const LATE_TICKS = 5;
/** Without interim results a server has nothing to say before an utterance ends. */
const PATIENCE_WITHOUT_INTERIMS = 3;
const MISSING_SECONDS = 6;

export const watchLink: StartWatch = (board, { plane, options: { listen } }) => {
  const patience = String(listen.interim_results) === 'true' ? 1 : PATIENCE_WITHOUT_INTERIMS;
  let congestedTicks = 0;
  let lateTicks = 0;
  /** On the present connection, in seconds: what the last result covers, and what had been sent at the last message. */
  let transcribedTo = 0;
  let answeredTo = 0;
  /** Between two connections what was sent is still that of the old one. */
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
      answeredTo = plane.sentSeconds;
      board.clear('results-missing');
      if (message.type !== 'Results') return;
      const { start, duration } = message as ResultsMessage;
      transcribedTo = Math.max(transcribedTo, start + duration);
    },
    tick() {
      const { bufferedAmount, backlogMs, sentSeconds } = plane;
      congestedTicks = bufferedAmount > CONGESTED_BYTES ? congestedTicks + 1 : 0;
      if (congestedTicks >= CONGESTED_TICKS)
        board.raise('link-congested', { bytes: bufferedAmount }, congestedTicks * TICK_MS);
      else if (congestedTicks === 0) board.clear('link-congested', { bytes: bufferedAmount });

      if (backlogMs < LEVEL_MS) board.clear('catching-up');

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
