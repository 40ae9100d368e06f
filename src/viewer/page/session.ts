/** What the server says about the session that the page is to show. `src/cli/show` writes it, the page reads it. */
import type { ListenParameters } from '../../index.ts';

/** A button that does something bad to the network. */
export interface FaultButton {
  /** `POST /faults/<name>` does it; `cut` is done by the page itself where the server is not ours. */
  name: string;
  label: string;
  /** What will happen, in one sentence. */
  hint: string;
}

export interface PageSession {
  /** Whom the page talks to, in words. */
  place: string;
  /** Address of the emulator, or of the service. */
  baseUrl: string;
  listen: ListenParameters;
  /** Absent: the microphone is the source. */
  recording?: { name: string; bytesPerSecond: number };
  faults: readonly FaultButton[];
  /** The page itself has to break the connection: the server at the other end is not ours. */
  breaksHere: boolean;
}
