/** The description of the page: `src/tools/cli/show` writes it, the page reads it. */
import type { ListenParameters } from '../../../index.ts';

/** A button for a fault. */
export interface FaultButton {
  /** `POST /faults/<name>` causes it; for another server the page itself does `cut`. */
  name: string;
  label: string;
  /** The effect, in one sentence. */
  hint: string;
  /** It breaks the open connection, and without one does nothing. */
  needsConnection: boolean;
  /** How long it lasts, where it lasts for a time. */
  lastsMs?: number;
}

export interface PageSession {
  /** Name of the server. */
  place: string;
  /** Address of the emulator, or of the service. */
  baseUrl: string;
  listen: ListenParameters;
  /** Absent: the microphone is the source. */
  recording?: { name: string; bytesPerSecond: number };
  faults: readonly FaultButton[];
  /** The page itself breaks the connection: the server is not ours. */
  breaksHere: boolean;
}

/** A recording, instead of a session. */
export interface PageFlight {
  /** Name of the file; `/flight` has its text. */
  flight: string;
}
