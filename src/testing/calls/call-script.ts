/** A telephone call to be played, as a test writes it down. */

/** Providers whose messages {@link playCall} speaks. */
export type CallProvider = 'twilio' | 'telnyx' | 'vonage' | 'plivo' | 'exotel';

/** A call: what is said, and what goes wrong. Times are milliseconds since its start. */
export interface CallScript {
  provider: CallProvider;
  /** What the other party says. */
  inbound: Int16Array;
  /** What it hears. Vonage and Exotel have one track only. */
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
  /** Frames come up to so much late, in order. @defaultValue `0` */
  jitterMs?: number;
  /** Frames come up to so much late, each by itself, and so in another order. @defaultValue `0` */
  reorderMs?: number;
  /** The recording stands still, and no media comes. */
  holds?: readonly { afterMs: number; forMs: number }[];
  /** Keys that are pressed. */
  digits?: readonly { afterMs: number; digit: string }[];
  /**
   * `stop`: the provider says that the stream ends, and closes; `close`: it only closes; `cut`: the connection breaks.
   * @defaultValue `stop`; `close` for Vonage and Plivo, which have no such message
   */
  hangUp?: 'stop' | 'close' | 'cut';
  /** What goes wrong follows from it. @defaultValue `1` */
  seed?: number;
}
