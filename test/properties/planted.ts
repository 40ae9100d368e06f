/**
 * Defects that a careless change could make, each with the guarantee that must find it. They are planted in a copy of the
 * sources on its way into a bundle; `find` must be there exactly once, so that a defect whose place has changed fails.
 */
import { PLANTED_IN_FLUX } from './flux/planted.ts';
import type { GuaranteeId } from './guarantees/guarantee.ts';

export interface PlantedDefect {
  name: string;
  caughtBy: GuaranteeId;
  /** The sessions that find it, if not those of the guarantee. */
  trial?: string;
  patches: readonly Patch[];
}

/** `file` is below `src`. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

const defect = (
  caughtBy: GuaranteeId,
  name: string,
  ...patches: (readonly [file: string, find: string, replace: string])[]
): PlantedDefect => ({
  name,
  caughtBy,
  patches: patches.map(([file, find, replace]) => ({ file, find, replace })),
});

export const PLANTED: readonly PlantedDefect[] = [
  // G1
  defect('G1', 'KeepAlive at 11 s', [
    'link/outbound-silence.ts',
    'return idleQueueOf(clock, session.options.keepAliveMs);',
    'return idleQueueOf(clock, 11_000);',
  ]),
  defect('G1', 'one KeepAlive, and no further', [
    'link/idle-queue.ts',
    '      link.keepAliveDueAt = now + this.#intervalMs;\n      this.#links.add(link);\n      link.keepAlive(now);\n',
    '      link.keepAlive(now);\n',
  ]),
  defect('G1', 'a link never notices that it is idle', [
    'link/outbound-silence.ts',
    '    link.isFlowing = false;\n    rest(link);\n    holdIdle(link, now);\n',
    '',
  ]),
  defect('G1', 'no KeepAlive while the socket takes no more audio', [
    'link/outbound-silence.ts',
    '    link.keepAlive(now);\n    watchForSilence(link, now, FULL_SOCKET_MS);',
    '    link.lastOutboundAt = now;\n    watchForSilence(link, now);',
  ]),
  // G2
  defect('G2', 'a drop that is not announced', [
    'audio/audio-timeline.ts',
    'if (drop) this.#listener.onDrop(drop);',
    "if (drop && drop.reason !== 'log-full') this.#listener.onDrop(drop);",
  ]),
  defect('G2', 'audio dropped that is not written off', [
    'audio/ledger.ts',
    'this.#dropped += gap.end - gap.start',
    'this.#dropped += gap.end - gap.start - 1',
  ]),
  defect('G2', 'half samples rounded up', [
    'audio/framing.ts',
    'length % this.#frameBytes === 0',
    'length % this.#frameBytes <= 1',
  ]),
  // G3
  defect(
    'G3',
    'trim on interim',
    ['link/incoming.ts', 'if (segment.isFinal) confirm(link, settledTo);', 'confirm(link, settledTo);'],
    ['transcript/stitcher.ts', 'if (segment.isFinal) cover(', 'cover('],
  ),
  defect('G3', 'off-by-one replay: one sample too many', [
    'audio/audio-timeline.ts',
    '(frontier - first.start) * frameBytes)',
    '(frontier - first.start - 1) * frameBytes)',
  ]),
  defect('G3', 'off-by-one replay: the first frame is left out', [
    'audio/audio-timeline.ts',
    '    reader.frameIndex = this.#log.firstIndex;\n    reader.nextPosition = this.#log.first?.start ?? this.end;\n',
    '    reader.frameIndex = this.#log.firstIndex + 1;\n    reader.nextPosition = this.#log.first?.end ?? this.end;\n',
  ]),
  defect('G3', 'repeats are not refused', [
    'transcript/stitcher.ts',
    'position >= start && position < end',
    'position >= start && position < start',
  ]),
  defect('G3', 'the caller’s buffer is kept, not copied', [
    'audio/slabs.ts',
    '    this.bytes.set(bytes, offset);\n',
    '    queueMicrotask(() => this.bytes.set(bytes, offset));\n',
  ]),
  defect('G3', 'a run of live chunks that moves no clock', [
    'link/link.ts',
    '    this.sentSamples += samples;\n    this.position += samples;\n    this.nextPosition',
    '    this.position += samples;\n    this.nextPosition',
  ]),
  defect('G3', 'a clock that begins at zero on each connection', [
    'link/link-clock.ts',
    'beginSegment(clock, start);',
    'beginSegment(clock, 0);',
  ]),
  defect('G3', 'a transcript that is final is replaced', [
    'transcript/stitcher.ts',
    'if (segment.isFinal) channel.segment += 1;',
    '',
  ]),
  // G4
  defect('G4', 'an empty frame is let through', [
    'link/link.ts',
    '    this.socket.send(message);\n',
    '    this.socket.send(message);\n    if (this.#isDraining) this.socket.send(new Uint8Array(0));\n',
  ]),
  defect('G4', 'CloseStream twice', [
    'link/link.ts',
    'if (!this.hasEndedStream) this.write(this.session.protocol.endStream, now);',
    'this.write(this.session.protocol.endStream, now);',
  ]),
  defect('G4', 'CloseStream before the rest of the audio', [
    'link/link.ts',
    '    this.#isDraining = true;\n',
    '    this.#isDraining = true;\n    this.#endStream(this.clock.now());\n',
  ]),
  defect('G4', 'no header on the second connection', [
    'link/link.ts',
    'for (const bytes of [framing.headerAt(start), first.opening])',
    'for (const bytes of [this.number === 1 ? framing.headerAt(start) : undefined, first.opening])',
  ]),
  defect('G4', 'a KeepAlive that is binary, and heard as audio', [
    'link/link.ts',
    'this.write(protocol.keepAlive, now);',
    'this.write(new TextEncoder().encode(protocol.keepAlive), now);',
  ]),
  defect('G4', 'a Finalize that overtakes the audio before it', [
    'link/link.ts',
    'this.#controls[0].position <= position',
    'this.#controls[0].position <= position + 400',
  ]),
  // G5
  defect('G5', 'a stale socket is obeyed', [
    'connection/hold-socket.ts',
    'if (!this.#isOver) this.#link?.receive(text);',
    'this.#link?.receive(text);',
  ]),
  defect('G5', 'the socket is not closed when it is left', [
    'connection/hold-socket.ts',
    "    if (mayHangUp) return this.#socket?.close(1000, '');\n    this.#socket?.terminate();\n",
    '',
  ]),
  defect('G5', 'a timer leaks: the idle timer survives its connection', [
    'link/link.ts',
    '    this.clock.clearTimeout(this.idleTimer);\n',
    '',
  ]),
  // G6
  defect('G6', 'the log has no cap', [
    'audio/audio-timeline.ts',
    'return kept + moreSamples > maxSeconds * rate;',
    'return kept + moreSamples > 100 * maxSeconds * rate;',
  ]),
  defect('G6', 'a full socket is filled further', [
    'link/link.ts',
    'if (bufferedAmount > this.session.maxBufferedBytes) return true;',
    '',
  ]),
  // G7
  defect('G7', 'the budget is refilled on open', [
    'connection/connection-machine.ts',
    'acceptCredentials: assign({ reauthorised: false,',
    'acceptCredentials: assign({ budget: FULL_BUDGET, outageSince: undefined, reauthorised: false,',
  ]),
  defect('G7', 'fatal ends are retried', [
    'connection/recovery-policy.ts',
    "if (retry === 'never') return 'fail';",
    '',
  ]),
  defect('G7', '401 without end', [
    'connection/recovery-policy.ts',
    '(history.reauthorised || !history.canReauthorise)',
    '!history.canReauthorise',
  ]),
  defect('G7', 'a server that asks for patience does not get it', [
    'connection/connection-machine.ts',
    "backoffDelayMs(failures, retry === 'gently', outageMs, random)",
    'backoffDelayMs(failures, false, outageMs, random)',
  ]),
  // G8
  defect('G8', 'the token in the address', [
    'connection/hold-socket.ts',
    'ports.transport({ url: ports.address(), credentials }, this);',
    'ports.transport({ url: `${ports.address()}&token=${credentials.value}`, credentials }, this);',
  ]),
  defect(
    'G8',
    'the token in the end of a connection',
    [
      'connection/hold-socket.ts',
      'classifyEnd({ ...this.#handshake, ...socketEnd }',
      'classifyEnd({ ...this.#handshake, ...socketEnd, cause: this.secret }',
    ],
    [
      'connection/hold-socket.ts',
      'this.#beganAt = ports',
      'this.secret = credentials.value;\n    this.#beganAt = ports',
    ],
  ),
  // G9
  defect('G9', 'a deadline that is never armed', [
    'connection/connection-machine.ts',
    "      enqueue.raise({ type: 'deadline.passed' }, { id: 'deadline', delay: event.deadlineMs });\n",
    '',
  ]),
  defect('G9', 'a drop during the drain ends the session', [
    'connection/recovery-policy.ts',
    "if (history.closing && !history.pendingAudio) return 'finish';",
    "if (history.closing) return 'finish';",
  ]),
  // G10
  defect('G10', 'an unpaced replay', [
    'pace.ts',
    'return pace.tokens > 0 ? 0',
    'return pace.tokens > -1e9 ? 0',
  ]),
  defect('G10', 'the pump is not wound up again', [
    'link/link.ts',
    '        this.#pumpIn(delayMs);\n        return;',
    '        return;',
  ]),
  // G11
  defect('G11', 'nobody watches for stalls', [
    'link/stall-watch.ts',
    'if (leftMs < TIMER_ROUNDING_MS) markStalled(watch);',
    'if (leftMs < TIMER_ROUNDING_MS) stopWatching(watch);',
  ]),
  defect('G11', 'a stall is noticed after a minute', [
    'client/links.ts',
    'new AdaptiveTimeout(answerMs, MAX_ANSWER_FACTOR * answerMs)',
    'new AdaptiveTimeout(6 * answerMs, 18 * answerMs)',
  ]),
  ...PLANTED_IN_FLUX,
];
