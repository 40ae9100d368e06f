/** Two gauges: the silence on the wire against Deepgram's limit, and the ledger. */
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
  const words = width < 50 ? now : `${now}, longest ${inSeconds(longest / 1000)}`;
  const cells = Math.max(10, Math.min(40, width - words.length - 2));
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
  const cells = Math.max(10, Math.min(40, width - 2));
  const upTo = (value: number) => Math.min(cells, Math.round((value / audioSeconds) * cells));
  const confirmed = upTo(seconds.confirmed);
  const dropped = upTo(seconds.confirmed + seconds.dropped) - confirmed;
  const pending = Math.max(0, upTo(seconds.accepted) - confirmed - dropped);
  return [
    span('▕', 'dim'),
    span('█'.repeat(confirmed), 'green'),
    span('x'.repeat(dropped), 'red'),
    span('▒'.repeat(pending), 'yellow'),
    span('·'.repeat(cells - confirmed - dropped - pending), 'dim'),
    span('▏', 'dim'),
  ];
}

/** The four numbers of the ledger. */
export function ledgerNumbers({ accepted, confirmed, pending, dropped }: Seconds): Line[] {
  return [
    [span('accepted ', 'dim'), span(inSeconds(accepted))],
    [span('confirmed ', 'dim'), span(inSeconds(confirmed), 'green')],
    [span('pending ', 'dim'), span(inSeconds(pending), 'yellow')],
    [span('dropped ', 'dim'), span(inSeconds(dropped), ...(dropped > 0 ? (['red', 'bold'] as const) : []))],
  ];
}
