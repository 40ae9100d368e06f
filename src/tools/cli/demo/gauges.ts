/** Two gauges: the time since the last message to Deepgram, against its limit; and the ledger of the audio. */
import { WINDOW_MS } from '../deepgram.ts';
import { type Line, span } from '../terminal/span.ts';
import { inSeconds, type Seconds, type Story } from './story.ts';

/** From here on a KeepAlive is overdue. */
const UNEASY_MS = 5_000;

export function silenceGauge(story: Story, width: number, nowMs: number): Line {
  const { lastOutboundAtMs, longestSilenceMs } = story;
  const silenceMs = lastOutboundAtMs === undefined ? 0 : Math.max(0, nowMs - lastOutboundAtMs);
  const longest = Math.max(longestSilenceMs, silenceMs);
  const now = ` ${inSeconds(silenceMs / 1000)} of 10 s`;
  const words = width < 50 ? now : ` nothing sent for${now}, at most ${inSeconds(longest / 1000)}`;
  const cells = Math.max(10, Math.min(30, width - words.length - 2));
  const filled = Math.min(cells, Math.round((silenceMs / WINDOW_MS) * cells));
  const style = silenceMs < UNEASY_MS ? 'green' : 'red';
  return [
    span('▕', 'dim'),
    span('█'.repeat(filled), style),
    span('·'.repeat(cells - filled), 'dim'),
    span('▏', 'dim'),
    span(words),
  ];
}

/** Progress of both runs, if there is room. */
export function wordCount(story: Story): Line {
  const words = story.finals.reduce((count, final) => count + final.words.length, 0);
  return [span(`  ${words} words`), span(`, undisturbed ${story.undisturbedWords}`, 'dim')];
}

/** All audio as one bar. Each part has its own fill character, for terminals without colour. */
export function ledgerBar(seconds: Seconds, audioSeconds: number, width: number): Line {
  const cells = Math.max(10, Math.min(30, width - 2));
  const upTo = (value: number) => Math.min(cells, Math.round((value / audioSeconds) * cells));
  const confirmed = upTo(seconds.confirmed);
  const dropped = upTo(seconds.confirmed + seconds.dropped) - confirmed;
  const pending = Math.max(0, upTo(seconds.accepted) - confirmed - dropped);
  return [
    span('▕', 'dim'),
    span('█'.repeat(confirmed), 'green'),
    span('x'.repeat(dropped), 'red'),
    span('▒'.repeat(pending), 'amber'),
    span('·'.repeat(cells - confirmed - dropped - pending), 'dim'),
    span('▏', 'dim'),
  ];
}

/** The numbers of the bar; zero dropped audio is not shown. */
export function ledgerNumbers({ accepted, confirmed, pending, dropped }: Seconds): Line[] {
  return [
    [span(inSeconds(confirmed), 'green'), span(` of ${inSeconds(accepted)} confirmed by finals`, 'dim')],
    [span(inSeconds(pending), 'amber'), span(' kept for a replay', 'dim')],
    ...(dropped > 0 ? [[span(`${inSeconds(dropped)} dropped`, 'red', 'bold')]] : []),
  ];
}
