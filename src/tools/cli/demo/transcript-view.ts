/** The running transcript: final text is plain, interim text dim, and text recovered by a replay is marked. */
import { type Line, type Span, span, wrap } from '../terminal/span.ts';
import type { Story } from './story.ts';

/** Lines of text. Recovered words have a colour, or are between ‹ and › without colour. */
export function transcriptLines(story: Story, width: number, colour: boolean, indent = ''): Line[] {
  const words = story.finals.flatMap((final) => final.words);
  const spans: Span[] = words.map((word, i) => {
    if (!story.isRecovered(word)) return span(word.text);
    if (colour) return span(word.text, 'amber');
    const [before, after] = [words[i - 1], words[i + 1]];
    const opening = before && story.isRecovered(before) ? '' : '‹';
    const closing = after && story.isRecovered(after) ? '' : '›';
    return span(`${opening}${word.text}${closing}`);
  });
  const interim = (story.interim?.text ?? '').split(' ').filter((word) => word !== '');
  if (interim.length > 0 && !colour) spans.push(span('…'));
  return wrap([...spans, ...interim.map((word) => span(word, 'dim'))], width, indent);
}
