/** Checks the samples for digital silence, clipping and a wrong format. */
import { giveBackSlab, type Slab, takeSlab } from '../../audio/slabs.ts';
import { audioFacts, CLIPPED_SHARE } from '../audio/facts.ts';
import { beginsSilent } from '../audio/level.ts';
import { bytesPerSecondOf, type RawFormat } from '../audio/plausibility.ts';
import { SAMPLE_READERS } from '../audio/samples.ts';
import { containerAtStart } from '../audio/signature.ts';
import type { NoticeBoard } from '../notice-board.ts';
import { formatOf } from './format.ts';
import type { StartWatch, Watch } from './watch.ts';

/** Digital silence of this length is a muted microphone, not a pause. */
const MUTED_SECONDS = 5;
/** One shout is not a wrong gain. */
const CLIPPED_SECONDS = 3;
/** One strange second may be music on hold. */
const DOUBTED_SECONDS = 2;
/** Between two seconds that are judged, while all is well. */
const SKIPPED_SECONDS = 9;
/** Enough for most containers. */
const FIRST_LOOK_BYTES = 16;
/** Enough bytes to tell a container from samples. */
const SIGNATURE_BYTES = 2_048;

export const watchSound: StartWatch = (board, { options, acceptedSamples }) => {
  const format = formatOf(options.listen);
  const { encoding } = options.listen;
  if (encoding === undefined) return watchContainer(board);
  // A watch that loads late has missed the beginning.
  const signature = acceptedSamples() > 0 ? {} : watchSignature(board, encoding);
  if (!format) return signature;
  const seconds = watchSeconds(board, format, options.seed);
  return {
    audio(bytes, now) {
      signature.audio?.(bytes, now);
      seconds.audio?.(bytes, now);
    },
  };
};

/** Without a declared format the framing reads the first bytes and reports unreadable ones. */
function watchContainer(board: NoticeBoard): Watch {
  return {
    fact({ code, evidence }) {
      if (code === 'format-doubtful') board.raise(code, evidence);
    },
  };
}

/** Checks the first bytes for an undeclared container. */
function watchSignature(board: NoticeBoard, encoding: string): Watch {
  let start: Uint8Array | undefined;
  let filled = 0;
  let isDone = false;
  return {
    audio(bytes) {
      if (isDone) return;
      start ??= new Uint8Array(SIGNATURE_BYTES);
      const before = filled;
      const part = bytes.subarray(0, SIGNATURE_BYTES - before);
      start.set(part, before);
      filled += part.byteLength;
      const isFull = filled === SIGNATURE_BYTES;
      // Chunks may be small: looked at twice, not at each of them.
      if (!isFull && (before >= FIRST_LOOK_BYTES || filled < FIRST_LOOK_BYTES)) return;
      const found = containerAtStart(start.subarray(0, filled));
      if (found) board.raise('format-doubtful', { declared: encoding, found });
      isDone = isFull || found !== undefined;
      if (isDone) start = undefined;
    },
  };
}

/**
 * Judges whole seconds: each one at first and while something may be wrong, later one of ten. In between it only looks whether a
 * second is silent: the cost must not grow with the sessions of a server.
 */
function watchSeconds(board: NoticeBoard, format: RawFormat, seed: number): Watch {
  const secondBytes = bytesPerSecondOf(format);
  const reader = SAMPLE_READERS[format.encoding];
  const inRow = { silent: 0, clipped: 0, clean: 0, doubted: 0 };
  let isJudged = true;
  /** The audio of the judged second, so far. Its memory is taken at the first byte: a session without audio needs none. */
  let second: Slab | undefined;
  let filled = 0;
  /** Sessions that began together are not judged in the same second. */
  let skipped = Math.abs(seed) % SKIPPED_SECONDS;
  let isSilent = true;
  return {
    audio(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const room = secondBytes - filled;
        const isWhole = from === 0 && bytes.byteLength <= room;
        const part = isWhole ? bytes : bytes.subarray(from, from + room);
        if (isJudged) (second ??= takeSlab(secondBytes)).add(part);
        else isSilent &&= isSilentAtStart(part);
        filled += part.byteLength;
        from += part.byteLength;
        if (filled < secondBytes) return;
        filled = 0;
        if (second) judge(second.bytes.subarray(0, secondBytes));
        else skipped += 1;
        chooseNext();
      }
    },
  };

  /** Chunks may begin in the middle of a sample: the first whole one is read. */
  function isSilentAtStart(part: Uint8Array): boolean {
    const offset = (reader.bytes - (filled % reader.bytes)) % reader.bytes;
    return beginsSilent(part.subarray(offset), reader);
  }

  function chooseNext(): void {
    const isDecided = inRow.doubted === 0 || inRow.doubted >= DOUBTED_SECONDS;
    const isWell = isDecided && inRow.silent === 0 && inRow.clean >= CLIPPED_SECONDS;
    const mayBeMuted = !isJudged && isSilent;
    if (second) giveBackSlab(second);
    second = undefined;
    const isTurn = skipped >= SKIPPED_SECONDS;
    if (isTurn) skipped = 0;
    isJudged = !isWell || mayBeMuted || isTurn;
    isSilent = true;
  }

  function judge(whole: Uint8Array): void {
    const { level, doubt } = audioFacts(whole, format, false);
    if (!level) return;
    const isClipped = level.clipped > CLIPPED_SHARE;
    inRow.silent = level.silent === 1 ? inRow.silent + 1 : 0;
    inRow.clipped = isClipped ? inRow.clipped + 1 : 0;
    inRow.clean = isClipped ? 0 : inRow.clean + 1;
    inRow.doubted = doubt ? inRow.doubted + 1 : 0;

    if (inRow.silent >= MUTED_SECONDS) {
      board.raise('audio-silent', { silentSeconds: inRow.silent }, inRow.silent * 1000);
    } else if (inRow.silent === 0) board.clear('audio-silent');

    if (inRow.clipped >= CLIPPED_SECONDS)
      board.raise('audio-clipping', { clippedPercent: level.clipped * 100 }, inRow.clipped * 1000);
    else if (inRow.clean >= CLIPPED_SECONDS) board.clear('audio-clipping');

    if (inRow.doubted >= DOUBTED_SECONDS) {
      board.raise(
        'format-doubtful',
        { declared: format.encoding, found: 'noise', rather: doubt?.rather },
        inRow.doubted * 1000,
      );
    }
  }
}
