/** The cells of the machine's table that no session can reach, each with its reason. */
const NOT_OPEN = 'results come on open connections only';
const NO_FRAME = 'a close frame comes on open connections only';
const NOT_WATCHED = 'only open connections are watched';
const NOT_ASKED = 'Metadata is an answer only to the CloseStream of a drain';
const DRAINS = 'whoever closes on an open connection drains';
const NO_REST = 'whoever closes never rests';
const NO_PROBE = 'whoever closes never waits for a probe';
const STILL_PENDING = 'an attempt of a closing session is for audio, which no attempt settles';
const NO_TIME = 'the state lasts no time, and the end that led there is told at another instant';

/** `state event target`, and why. */
export const UNREACHABLE: Readonly<Record<string, string>> = {
  'connecting audio.confirmed stay': NOT_OPEN,
  'reconnecting audio.confirmed stay': NOT_OPEN,
  'queued audio.confirmed stay': NOT_OPEN,
  'queued socket.ended closed-1011': NO_FRAME,
  'queued socket.ended closed': STILL_PENDING,
  'queued socket.stalled backoff': NOT_WATCHED,
  'queued socket.stalled suspended': NOT_WATCHED,
  'queued socket.stalled failed': NOT_WATCHED,
  'queued socket.stalled closed': NOT_WATCHED,
  'queued drain.completed closed': NOT_ASKED,
  'queued drain.completed dormant': NOT_ASKED,
  'connecting socket.ended closed-1011': NO_FRAME,
  'reconnecting socket.ended closed-1011': NO_FRAME,
  'connecting socket.ended closed': STILL_PENDING,
  'reconnecting socket.ended closed': STILL_PENDING,
  'connecting socket.stalled backoff': NOT_WATCHED,
  'connecting socket.stalled suspended': NOT_WATCHED,
  'connecting socket.stalled failed': NOT_WATCHED,
  'connecting socket.stalled closed': NOT_WATCHED,
  'reconnecting socket.stalled backoff': NOT_WATCHED,
  'reconnecting socket.stalled suspended': NOT_WATCHED,
  'reconnecting socket.stalled failed': NOT_WATCHED,
  'reconnecting socket.stalled closed': NOT_WATCHED,
  'connecting drain.completed closed': NOT_ASKED,
  'connecting drain.completed dormant': NOT_ASKED,
  'reconnecting drain.completed closed': NOT_ASKED,
  'reconnecting drain.completed dormant': NOT_ASKED,
  'streaming drain.completed dormant': NOT_ASKED,
  'idle-keepalive drain.completed dormant': NOT_ASKED,
  'streaming deadline.passed closed': DRAINS,
  'idle-keepalive deadline.passed closed': DRAINS,
  'dormant deadline.passed closed': NO_REST,
  'suspended deadline.passed closed': NO_PROBE,
  'closed-1011 online.elapsed stay': NO_TIME,
  'closed-1011 deadline.passed closed': NO_TIME,
};
