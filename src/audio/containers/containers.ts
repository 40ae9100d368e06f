/** One grammar for each container that `sniffContainer` can name. */
import { type Demuxer, demux, type Grammar } from './demuxer.ts';
import { flacGrammar } from './flac.ts';
import { mp4Grammar } from './mp4.ts';
import { mpegGrammar } from './mpeg.ts';
import { oggGrammar } from './ogg.ts';
import type { ContainerName } from './sniff.ts';
import { unknownGrammar } from './unknown.ts';
import { wavGrammar } from './wav.ts';
import { webmGrammar } from './webm.ts';

const GRAMMARS: Record<ContainerName, () => Grammar> = {
  wav: wavGrammar,
  ogg: oggGrammar,
  webm: webmGrammar,
  mp4: mp4Grammar,
  flac: flacGrammar,
  mp3: mpegGrammar,
  adts: mpegGrammar,
  aiff: () => unknownGrammar('AIFF'),
  unknown: () => unknownGrammar(),
};

/** A demuxer for one stream, which begins with the first byte it is given. */
export function createDemuxer(name: ContainerName): Demuxer {
  return demux(GRAMMARS[name]());
}
