/** The script of a telephone call for a test. */

/** Providers whose messages {@link playCall} sends. */
export type CallProvider = 'twilio' | 'telnyx' | 'vonage' | 'plivo' | 'exotel';

/** A call: its audio and its faults. Times are milliseconds since its start. */
export interface CallScript {
  provider: CallProvider;
  /** The audio of the other party. */
  inbound: Int16Array;
  /** The audio played to the other party. Vonage and Exotel have only one track. */
  outbound?: Int16Array;
  /** @defaultValue `mulaw`; `linear16` for Vonage and Exotel */
  encoding?: 'mulaw' | 'alaw' | 'linear16';
  /** Samples per second of the recordings. @defaultValue `8000` */
  sampleRate?: number;
  callId?: string;
  streamId?: string;
  from?: string;
  to?: string;
  parameters?: Readonly<Record<string, string>>;
  /** Share of the frames that never come. Their time passes. @defaultValue `0` */
  loss?: number;
  /** Share of the frames that come twice. @defaultValue `0` */
  duplication?: number;
  /** The maximum delay of a frame; the order is kept. @defaultValue `0` */
  jitterMs?: number;
  /** The maximum delay of a frame, drawn for each, so that the order changes. @defaultValue `0` */
  reorderMs?: number;
  /** The call is on hold: no media comes, and the recording waits. */
  holds?: readonly { afterMs: number; forMs: number }[];
  /** Pressed keys. */
  digits?: readonly { afterMs: number; digit: string }[];
  /**
   * `stop`: the provider sends a stop and closes; `close`: it only closes; `cut`: the connection breaks.
   * @defaultValue `stop`; `close` for Vonage and Plivo, which have no such message
   */
  hangUp?: 'stop' | 'close' | 'cut';
  /** The seed of the faults. @defaultValue `1` */
  seed?: number;
}
