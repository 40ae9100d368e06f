/** All guarantees, in the order of the README. */
import type { Guarantee } from './guarantee.ts';
import { G1 } from './g1-no-self-made-1011.ts';
import { G2 } from './g2-books.ts';
import { G3 } from './g3-one-transcript.ts';
import { G4 } from './g4-clean-wire.ts';
import { G5 } from './g5-one-socket.ts';
import { G6 } from './g6-bounded-memory.ts';
import { G7 } from './g7-bounded-attempts.ts';
import { G8 } from './g8-secrets.ts';
import { G9 } from './g9-close-settles.ts';
import { G10 } from './g10-paced.ts';
import { G11 } from './g11-half-open.ts';

export const GUARANTEES: readonly Guarantee[] = [G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11];
