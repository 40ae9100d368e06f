/** Defects in the code for Flux; sessions with Flux find them. */
import type { PlantedDefect } from '../planted.ts';

const TURNS = 'transcript/turns.ts';
const KEEPER = 'protocol/flux/keep-turns.ts';
const DECODE = 'protocol/flux/decode.ts';
const FLUX = 'protocol/flux/api.ts';

const defect = (
  caughtBy: PlantedDefect['caughtBy'],
  name: string,
  file: string,
  find: string,
  replace: string,
): PlantedDefect => ({
  name: `Flux: ${name}`,
  caughtBy,
  trial: `flux-${caughtBy}`,
  patches: [{ file, find, replace }],
});

export const PLANTED_IN_FLUX: readonly PlantedDefect[] = [
  defect(
    'G1',
    'nothing holds an idle connection',
    KEEPER,
    'if (this.#link.ping()) return;',
    'if (this.#link) return;',
  ),
  defect(
    'G3',
    'confirmed by an Update with words',
    DECODE,
    "event === 'update' && transcript === '' && settledTo > start",
    "event === 'update' && settledTo > start",
  ),
  defect(
    'G3',
    'confirmed in silence to the end of the window',
    DECODE,
    'const LATEST_WORD_SECONDS = 1;',
    'const LATEST_WORD_SECONDS = 0;',
  ),
  defect(
    'G3',
    'an end by order confirms its whole window',
    DECODE,
    'const MANUAL_END_SECONDS = 0.5;',
    'const MANUAL_END_SECONDS = 0;',
  ),
  defect(
    'G3',
    'a turn is withdrawn and nobody is told',
    TURNS,
    "    this.#tell(open, 'withdrawn', { ...open.last, text: '', words: [] }, open.heardAt);\n",
    '',
  ),
  defect(
    'G3',
    'a turn starts again on the next connection',
    TURNS,
    "    if (open?.isEager) this.#tell(open, 'resumed', open.last, open.heardAt);",
    "    if (open?.isEager) this.#tell(open, 'resumed', open.last, open.heardAt);\n    this.#open = undefined;",
  ),
  defect(
    'G3',
    'an eager end stands after its connection was lost',
    TURNS,
    "    if (open?.isEager) this.#tell(open, 'resumed', open.last, open.heardAt);",
    '    void open;',
  ),
  defect(
    'G3',
    'an update after an eager end does not take it back',
    TURNS,
    "(event === 'resumed' || said.text !== open.last.text)",
    "event === 'resumed' && said.text === ''",
  ),
  defect(
    'G3',
    'words of an ended turn come again',
    DECODE,
    'end: isFinal && turn.trigger',
    "end: isFinal && event === 'end' && turn.trigger !== 'manual' ? Math.max(start, end - 3) : isFinal && turn.trigger",
  ),
  defect(
    'G9',
    'the last turn has no end when the session closes',
    KEEPER,
    'if (last?.turn && this.#isTurnOpen) {',
    'if (last?.turn && this.#isTurnOpen && this.#mayEndTurn) {',
  ),
  defect(
    'G3',
    'a close before the last Updates counts as clean',
    KEEPER,
    'if (sentSeconds > 0 && !this.#isHeard) return undefined;',
    '',
  ),
  defect(
    'G3',
    'no silence behind the last words',
    KEEPER,
    'const PAD_SECONDS = 0.5;',
    'const PAD_SECONDS = 0;',
  ),
  defect(
    'G3',
    'a hole in sequence_id goes unnoticed',
    KEEPER,
    'if (segment.turn && segment.turn.index > next) {',
    'if (segment.turn && segment.turn.index > next + 100) {',
  ),
  defect(
    'G3',
    'silence before audio that waits',
    KEEPER,
    'if (this.#link.isBehind) this.#link.goOn();',
    'if (this.#link.isBehind && false) this.#link.goOn();',
  ),
  defect(
    'G3',
    'silence takes time on the session’s clock',
    'link/link-clock.ts',
    'else if (last) beginSegment(clock, position);',
    'else if (last) beginSegment(clock, position + samples);',
  ),
  defect(
    'G4',
    'KeepAlive',
    'link/link.ts',
    'if (this.keeper) this.keeper.hold();',
    'if (this.keeper) this.write(\'{"type":"KeepAlive"}\', now);',
  ),
  defect(
    'G4',
    'ForceEndTurn to a server that does not know it',
    KEEPER,
    "if (!this.#mayEndTurn || this.#draining === 'done') return true;",
    "if (this.#draining === 'done') return true;",
  ),
  defect('G11', 'half-open after 10 s', FLUX, 'stallMs: 4_000', 'stallMs: 10_000'),
  defect(
    'G11',
    'a server that never says Connected is waited for',
    'protocol/flux/flux.ts',
    'readyMs: 10_000',
    'readyMs: 60_000',
  ),
];
