/** A guarantee: a promise, an assumption, and a watch that checks a session. */
import type { Notice, SendResult, SessionReport, Status, Transcript, Turn } from '../../../src/index.ts';
import type { WireLink } from '../world/wire.ts';
import type { World } from '../world/world.ts';

export type GuaranteeId = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9' | 'G10' | 'G11';

export interface Guarantee {
  readonly id: GuaranteeId;
  /** What holds. */
  readonly promise: string;
  /** The conditions of the promise. */
  readonly assuming: string;
  watch(world: World): Watch;
}

/** The events for a watch. It reports breaches to `world.breach`, and changes nothing. */
export interface Watch {
  /** After every step: each timer that fires anywhere, each message, and each act of the app. */
  step?(): void;
  attempted?(link: WireLink): void;
  opened?(link: WireLink): void;
  /** A frame is about to go out. */
  sending?(link: WireLink, message: string | Uint8Array): void;
  heard?(link: WireLink, text: string): void;
  ended?(link: WireLink): void;
  /** The client closes or drops a socket. */
  released?(link: WireLink): void;
  /** An event of an old socket; the returned function is called after its delivery. */
  haunted?(link: WireLink, event: string): () => void;
  /** Audio was sent: its bytes, the answer, and the expected reason of a refusal. */
  sent?(bytes: number, result: SendResult, expectedRefusal: string | undefined): void;
  transcript?(transcript: Transcript): void;
  /** Of a session with Flux. */
  turn?(turn: Turn): void;
  notice?(notice: Notice): void;
  status?(status: Status): void;
  /** The next step of the scenario. */
  act?(what: string): void;
  /** The session has ended. */
  finished?(): void;
  /** Long after the end. */
  over?(report: SessionReport): void;
}
