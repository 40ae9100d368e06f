/** The servers of the demonstration. */
import type { Clock, LiveTranscriptionOptions, Transport } from '../../../index.ts';
import type { FaultName } from './plan.ts';

/** Address and credentials of a server. */
export type Address = Pick<LiveTranscriptionOptions, 'auth' | 'baseUrl'> & { transport: Transport };

export interface Stage {
  /** The receiver of the audio, for the title. */
  place: string;
  clock: Clock;
  disturbed: Address;
  undisturbed: Address;
  strike(fault: FaultName): void;
  /** The recogniser runs on this machine: late results mean a busy CPU, not a slow network. */
  isLocal: boolean;
  /** The longest silence measured by the server, if available. */
  measuredSilenceMs(): number | undefined;
  close(): Promise<void>;
}
