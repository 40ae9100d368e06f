/** A voice agent's loop: it prepares an answer when a turn has probably ended, drops it when the speaker goes on, and answers nothing stale. */
import { createLiveTranscription } from 'rx-deepgram';
import { openStage } from './stage.mjs';
import { think } from './think.mjs';

/** After an outage turns come late: what was said so long ago is not answered any more. */
const STALE_MS = 3_000;

const stage = await openStage();
const live = createLiveTranscription({
  ...stage.server,
  listen: { model: 'flux-general-en', encoding: 'linear16', sample_rate: 16_000, eager_eot_threshold: 0.4 },
});

/** The answer that is under way, and for which words. @type {{ text: string, stop: AbortController, answer: Promise<string> } | undefined} */
let draft;

/** @param {string} text */
function prepare(text) {
  forget();
  const stop = new AbortController();
  draft = { text, stop, answer: think(text, stop.signal) };
  // Whoever waits for it hears of a failure.
  draft.answer.catch(() => undefined);
}

function forget() {
  draft?.stop.abort();
  draft = undefined;
}

/** @param {import('rx-deepgram').Turn} turn */
async function answer({ text, behindMs }) {
  if (behindMs > STALE_MS) {
    forget();
    stage.print(`(said ${(behindMs / 1000).toFixed(0)} s ago: not answered)`);
    return;
  }
  // The words of the end may differ from those of the likely end.
  if (draft?.text !== text) prepare(text);
  const given = draft;
  const words = await given?.answer.catch(() => undefined);
  // The user may have begun to speak meanwhile.
  if (words && draft === given) stage.print(`agent  ${words}`);
}

live.turns$.subscribe((turn) => {
  if (turn.type === 'start' || turn.type === 'resumed' || turn.type === 'withdrawn') forget();
  else if (turn.type === 'eager-end') prepare(turn.text);
  else if (turn.type === 'end') {
    stage.print(`user   ${turn.text}`);
    void answer(turn);
  }
});
live.notices$.subscribe(({ severity, message }) => {
  if (severity !== 'info') stage.print(`(${message})`);
});

for await (const chunk of stage.audio) live.send(chunk);
const { outcome, connections } = await live.close();
stage.print(`(${outcome} after ${connections} connections)`);
await stage.close();
