/** What a guarantee is to the proof: a promise, an assumption, and somebody who watches a session for breaches. */
import type { Notice, SendResult, SessionReport, Status, Transcript, Turn } from '../../../src/index.ts';
import type { WireLink } from '../world/wire.ts';
import type { World } from '../world/world.ts';

export type GuaranteeId = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9' | 'G10' | 'G11';

export interface Guarantee {
  readonly id: GuaranteeId;
  /** What holds. */
  readonly promise: string;
  /** What it takes for that to hold. */
  readonly assuming: string;
  watch(world: World): Watch;
}

/** What a watch may look at; it reports breaches to `world.breach`, and touches nothing. */
export interface Watch {
  /** After every step: each timer that fires anywhere, each message, and each act of the app. */
  step?(): void;
  attempted?(link: WireLink): void;
  opened?(link: WireLink): void;
  /** A frame is about to go out. */
  sending?(link: WireLink, message: string | Uint8Array): void;
  heard?(link: WireLink, text: string): void;
  ended?(link: WireLink): void;
  /** The client lets go of a socket. */
  released?(link: WireLink): void;
  /** An event of a socket that is gone; the answer is called when it was delivered. */
  haunted?(link: WireLink, event: string): () => void;
  /** Audio was handed in: so many bytes, what was answered, and for what reason it had to be refused. */
  sent?(bytes: number, result: SendResult, expectedRefusal: string | undefined): void;
  transcript?(transcript: Transcript): void;
  /** Of a session with Flux. */
  turn?(turn: Turn): void;
  notice?(notice: Notice): void;
  status?(status: Status): void;
  /** What the app asks for, and what happens to the world. */
  act?(what: string): void;
  /** The session has ended. */
  finished?(): void;
  /** Long after the end. */
  over?(report: SessionReport): void;
}
