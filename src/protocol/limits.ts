/**
 * Every number that comes from Deepgram or follows from its limits, with the reason. Milliseconds unless the name has another
 * unit.
 */

/**
 * Deepgram closes a connection with 1011 (NET-0001) without a frame from the client for this long: 10 s as documented
 * (developers.deepgram.com/docs/audio-keep-alive), about 12 s as measured. We rely on 10 s.
 */
export const TIMEOUT_WINDOW_MS = 10_000;

/** Silence before a KeepAlive: the documentation advises every 3–5 s; every 10 s is known to fail in the field. */
export const KEEP_ALIVE_MS = 3_000;
/** More frequent KeepAlives have no benefit. */
export const MIN_KEEP_ALIVE_MS = 1_000;
/** With more, one late timer loses the connection. */
export const MAX_KEEP_ALIVE_MS = 5_000;

/** A handshake takes 0.1–0.3 s; one that takes longer than this hangs on a half-open network. */
export const CONNECT_TIMEOUT_MS = 8_000;
/** The maximum where handshakes are slow: a longer one would outlast the log. */
export const MAX_CONNECT_TIMEOUT_MS = 30_000;

/** Attempts of one process: ten thousand sessions reconnect within 4 s; a single session never waits. */
export const ATTEMPTS_PER_SECOND = 2_500;
/** A higher rate would be no limit. */
export const MAX_ATTEMPTS_PER_SECOND = 10_000;

/** A token endpoint without an answer for this long has failed, and is called again. */
export const CREDENTIALS_TIMEOUT_MS = 10_000;

/**
 * Stall timeout while audio flows. Deepgram sends results about once a second, in silence too; it closes a stalled connection
 * itself (NET-0000) only after about 30 s.
 */
export const STALL_MS = 10_000;

/** Deepgram throttles audio that comes faster than 1.25 × real time; we stay below. */
export const CATCH_UP_RATE = 1.2;
/** The documented ceiling of the catch-up rate. */
export const MAX_CATCH_UP_RATE = 1.25;

/** How long the server may be silent while `close()` waits for its last results. */
export const DRAIN_MS = 10_000;

/** How long `finalize()` waits for the answer, which Deepgram does not guarantee. */
export const FINALIZE_MS = 1_500;

/** Audio kept for replay: enough for an outage of a minute, and little memory. */
export const LOG_SECONDS = 60;
export const LOG_BYTES = 8 * 1024 * 1024;
/** Audio kept by all sessions of a process together. */
export const PROCESS_BYTES = 2 ** 30;

/** `utterance_end_ms` below this is useless by the documentation, and refused with HTTP 400 by report. */
export const MIN_UTTERANCE_END_MS = 1_000;

/** Small chunks are joined up to this length: messages of 20–250 ms are advised (developers.deepgram.com/docs/measuring-streaming-latency). */
export const MAX_FRAME_MS = 250;

/** A longer chunk is split. Telephone apps often send 400 ms at once: Deepgram's examples for Twilio join 20 frames of 20 ms. */
export const MAX_CHUNK_MS = 400;
