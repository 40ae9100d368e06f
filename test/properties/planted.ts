/**
 * Defects, each of the kind that a hurried change brings in, and the guarantee that has to notice it. They are planted in a copy
 * of the sources on its way into a bundle; `find` must be there exactly once, so that a defect whose place has changed fails.
 */
import type { GuaranteeId } from './guarantees/guarantee.ts';

export interface PlantedDefect {
  name: string;
  caughtBy: GuaranteeId;
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
    'control/connection-machine.ts',
    'keepAlive: ({ context }) => context.settings.keepAliveMs',
    'keepAlive: () => 11_000',
  ]),
  defect('G1', 'one KeepAlive, and no further', [
    'control/connection-machine.ts',
    "actions: ['keepAlive', 'armKeepAlive']",
    "actions: ['keepAlive']",
  ]),
  defect('G1', 'the uplink never notices that it is idle', [
    'data/uplink.ts',
    '      this.#listener.audioIdle();\n',
    '',
  ]),
  defect('G1', 'no KeepAlive while the socket takes no more audio', [
    'data/uplink.ts',
    '      this.keepAlive();\n      this.#armIdleTimer();',
    '      this.#lastOutboundAt = this.#clock.now();\n      this.#armIdleTimer();',
  ]),
  // G2
  defect('G2', 'a drop that is not announced', [
    'data/audio-timeline.ts',
    'if (drop) this.#settings.onDrop(drop);',
    "if (drop && drop.reason !== 'log-full') this.#settings.onDrop(drop);",
  ]),
  defect('G2', 'audio dropped that is not written off', [
    'data/ledger.ts',
    'this.#dropped += gap.end - gap.start',
    'this.#dropped += gap.end - gap.start - 1',
  ]),
  defect('G2', 'half samples rounded up', [
    'data/framing.ts',
    'length % this.#frameBytes === 0',
    'length % this.#frameBytes <= 1',
  ]),
  // G3
  defect(
    'G3',
    'trim on interim',
    [
      'data/downlink.ts',
      'if (message.is_final) this.#confirm',
      'if (message.is_final !== undefined) this.#confirm',
    ],
    ['data/stitcher.ts', 'if (message.is_final) cover(state, range);', 'cover(state, range);'],
  ),
  defect('G3', 'off-by-one replay: one sample too many', [
    'data/audio-timeline.ts',
    '(frontier - first.start) * frameBytes)',
    '(frontier - first.start - 1) * frameBytes)',
  ]),
  defect('G3', 'off-by-one replay: the first frame is left out', [
    'data/audio-timeline.ts',
    '    this.#isConnected = true;\n    this.#next = this.#log.firstIndex;',
    '    this.#isConnected = true;\n    this.#next = this.#log.firstIndex + 1;',
  ]),
  defect('G3', 'repeats are not refused', [
    'data/stitcher.ts',
    'position >= start && position < end',
    'position >= start && position < start',
  ]),
  defect('G3', 'the caller’s buffer is kept, not copied', [
    'data/slabs.ts',
    '    this.bytes.set(bytes, offset);\n',
    '    queueMicrotask(() => this.bytes.set(bytes, offset));\n',
  ]),
  defect('G3', 'a clock that begins at zero on each connection', [
    'data/connection-clock.ts',
    'this.#segments.push({ sent: primer, position: origin });',
    'this.#segments.push({ sent: primer, position: 0 });',
  ]),
  defect('G3', 'a transcript that is final is replaced', [
    'data/stitcher.ts',
    'if (final) state.segment += 1;',
    '',
  ]),
  // G4
  defect('G4', 'an empty frame is let through', [
    'data/uplink.ts',
    '    this.#socket?.send(message);\n',
    '    this.#socket?.send(message);\n    if (this.#isDraining) this.#socket?.send(new Uint8Array(0));\n',
  ]),
  defect('G4', 'CloseStream twice', [
    'data/uplink.ts',
    'if (!this.#hasSentCloseStream) this.#write(CLOSE_STREAM, now);',
    'this.#write(CLOSE_STREAM, now);',
  ]),
  defect('G4', 'CloseStream before the rest of the audio', [
    'data/uplink.ts',
    '    this.#isDraining = true;\n',
    '    this.#isDraining = true;\n    this.#closeStream(this.#clock.now());\n',
  ]),
  defect('G4', 'no header on the second connection', [
    'data/uplink.ts',
    'for (const bytes of [header(), first.opening])',
    'for (const bytes of [first.start === 0 ? header() : undefined, first.opening])',
  ]),
  defect('G4', 'a KeepAlive that is binary, and heard as audio', [
    'data/uplink.ts',
    'this.#write(KEEP_ALIVE, now);',
    'this.#write(new TextEncoder().encode(KEEP_ALIVE), now);',
  ]),
  defect('G4', 'a Finalize that overtakes the audio before it', [
    'data/uplink.ts',
    'this.#controls[0].position <= position',
    'this.#controls[0].position <= position + 400',
  ]),
  // G5
  defect('G5', 'a stale socket is obeyed', [
    'control/actors/socket-actor.ts',
    'if (isOpen && !isOver) line.receive(without(credentials.value, text));',
    'line.receive(text);',
  ]),
  defect('G5', 'the socket is not closed when it is left', [
    'control/actors/socket-actor.ts',
    "    if (mayHangUp) socket?.close(1000, '');\n    else socket?.terminate();\n",
    '',
  ]),
  defect('G5', 'a timer leaks: the idle timer survives its connection', [
    'data/uplink.ts',
    '    this.#clock.clearTimeout(this.#pumpTimer);\n    this.#clock.clearTimeout(this.#idleTimer);',
    '    this.#clock.clearTimeout(this.#pumpTimer);',
  ]),
  // G6
  defect('G6', 'the log has no cap', [
    'data/audio-timeline.ts',
    'return kept + moreSamples > maxSeconds * rate;',
    'return kept + moreSamples > 100 * maxSeconds * rate;',
  ]),
  defect('G6', 'a full socket is filled further', [
    'data/uplink.ts',
    'const isCongested = socket.bufferedAmount > this.#settings.maxBufferedBytes;',
    'const isCongested = false as boolean;',
  ]),
  // G7
  defect('G7', 'the budget is refilled on open', [
    'control/connection-machine.ts',
    'acceptCredentials: assign({ reauthorised: false,',
    'acceptCredentials: assign({ failures: 0, outageSince: undefined, reauthorised: false,',
  ]),
  defect('G7', 'fatal ends are retried', [
    'control/recovery-policy.ts',
    "if (retry === 'never') return 'fail';",
    '',
  ]),
  defect('G7', '401 without end', [
    'control/recovery-policy.ts',
    '(history.reauthorised || !history.canReauthorise)',
    '!history.canReauthorise',
  ]),
  defect('G7', 'patience that was asked for is not given', [
    'control/connection-machine.ts',
    "backoffDelayMs(context.failures, retry === 'gently', random)",
    'backoffDelayMs(context.failures, false, random)',
  ]),
  // G8
  defect('G8', 'the token in the address', [
    'control/actors/socket-actor.ts',
    'socket = ports.transport({ url: ports.url, credentials }, handlers);',
    'socket = ports.transport({ url: `${ports.url}&token=${credentials.value}`, credentials }, handlers);',
  ]),
  // G9
  defect('G9', 'a deadline that is never armed', [
    'control/connection-machine.ts',
    "enqueue.raise({ type: 'deadline.passed' }, { id: 'deadline', delay });",
    '',
  ]),
  defect('G9', 'a drop during the drain ends the session', [
    'control/recovery-policy.ts',
    "if (history.closing && !history.pendingAudio) return 'finish';",
    "if (history.closing) return 'finish';",
  ]),
  // G10
  defect('G10', 'an unpaced replay', [
    'data/pacer.ts',
    'return this.#tokens > 0 ? 0',
    'return this.#tokens > -1e9 ? 0',
  ]),
  defect('G10', 'the pump is not wound up again', [
    'data/uplink.ts',
    '        this.#pumpIn(waitMs);\n        return;',
    '        return;',
  ]),
  // G11
  defect('G11', 'nobody watches for stalls', [
    'data/stall-watch.ts',
    'if (leftMs < TIMER_ROUNDING_MS) this.condemn();',
    'if (leftMs < TIMER_ROUNDING_MS) this.stop();',
  ]),
  defect('G11', 'a stall is noticed after a minute', [
    'data/uplink.ts',
    'new Patience(settings.stallMs, ',
    'new Patience(6 * settings.stallMs, ',
  ]),
];
