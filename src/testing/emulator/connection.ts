/** One connection, between the network and the session. The session always behaves well; all faults are applied here. */
import type { Credentials } from '../../transports/transport.ts';
import { ConnectionLog, type ReceivedMessage } from './connection-log.ts';
import { CLOSE_CODES_SAY, isCloseCode, LONGEST_REASON_BYTES } from './close-reasons.ts';
import type { Digest } from './digest.ts';
import type { EmulatedEnd, EmulatedConnection } from './emulated-connection.ts';
import type { ConnectionEvent } from './events.ts';
import { type ConnectionFault, MALFORMED_MESSAGES } from './faults.ts';
import type { Admission } from './handshake.ts';
import type { EmulatorSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import { ReadingGate } from './reading-gate.ts';
import type { Decided, Session } from './session.ts';

/** The operations of the network for a connection. */
export interface ConnectionWire {
  text(json: string): void;
  binary(bytes: Uint8Array): void;
  /** Code 1005 stands for a close frame without a code, 1006 and 1015 for no frame at all. */
  close(code: number, reason: string): void;
  /** Breaks the link at once, without a close frame. */
  cut(): void;
  /** Stops reading for good. */
  halfOpen(): void;
  /** Stops reading for a time, so that the client's buffers fill. */
  pause(): void;
  resume(): void;
}

export interface ConnectionContext {
  attempt: number;
  admission: Admission;
  emulator: EmulatorSettings;
  wire: ConnectionWire;
  digest: Digest;
  faults: readonly ConnectionFault[];
  onFinal(decided: Decided): void;
  onEvent(event: ConnectionEvent): void;
  onBlackhole(forMs: number | undefined): void;
  onEnd(): void;
}

/** Audio after a pause of this length is an event. */
const PAUSE_MS = 1_000;

/** Faults that only change later messages, so they need not wait for the open connection. */
const STRIKE_UNSEEN: ReadonlySet<ConnectionFault['kind']> = new Set([
  'dropOnCloseStream',
  'duplicateResults',
  'mute',
  'loseMessages',
]);

/** A connection with the methods for tests and for the network. */
export class Connection implements EmulatedConnection {
  readonly attempt: number;
  readonly requestId: string;
  readonly query: URLSearchParams;
  readonly scheme: Credentials['scheme'];
  readonly openedAtMs: number;
  readonly isDiarized: boolean;
  readonly faults: string[] = [];
  end: EmulatedEnd | undefined;
  sentCount = 0;
  readonly #context: ConnectionContext;
  readonly #session: Session;
  readonly #log: ConnectionLog;
  readonly #outbox: Outbox;
  readonly #gate: ReadingGate;
  #pending: { fault: ConnectionFault; atAudioMs: number }[] = [];
  #timers: unknown[] = [];
  #isSilent = false;
  #isMute = false;
  /** False during construction: with a real clock the time moves meanwhile. */
  #isUp = false;
  #lastAudioAtMs = -Infinity;
  #dropBefore: 'results' | 'metadata' | undefined;

  constructor(context: ConnectionContext) {
    const { admission, emulator, wire } = context;
    this.#context = context;
    this.attempt = context.attempt;
    this.requestId = admission.requestId;
    this.query = new URLSearchParams(admission.query);
    this.scheme = admission.scheme;
    this.isDiarized = admission.admitted.isDiarized;
    this.openedAtMs = emulator.clock.now();
    this.#log = new ConnectionLog(this.openedAtMs, emulator.maxLogEntries, admission.admitted.pingsHold);
    this.#outbox = new Outbox(emulator.clock, wire);
    this.#gate = new ReadingGate(wire, (isOpen) =>
      context.onEvent({ type: isOpen ? 'reading.resumed' : 'reading.stopped' }),
    );
    this.#session = admission.admitted.begin({
      requestId: admission.requestId,
      emulator,
      digest: context.digest,
      wire: {
        text: (json) => this.#sendText(json),
        close: (code, reason) => {
          if (!this.#isMute) this.close(code, reason);
        },
      },
      observer: {
        final: (decided) => context.onFinal(decided),
        drained: () => {
          if (this.#dropBefore === 'metadata') this.cut();
        },
        backlogFull: (isFull) => this.#stopReading('backlog', isFull),
        remark: (text) => context.onEvent({ type: 'remark', text }),
      },
    });
    for (const fault of context.faults) this.#plan(fault);
    this.#isUp = true;
  }

  /** Sends the messages that need no request. */
  opened(): void {
    this.#session.opened();
  }

  get received(): readonly ReceivedMessage[] {
    return this.#log.received;
  }

  get receivedCount(): number {
    return this.#log.receivedCount;
  }

  get receivedBytes(): number {
    return this.#log.receivedBytes;
  }

  get controlMessages(): readonly string[] {
    return this.#log.received.flatMap((message) => message.text ?? []);
  }

  get receivedAudioMs(): number {
    return this.#session.receivedAudioMs;
  }

  get processedAudioMs(): number {
    return this.#session.processedAudioMs;
  }

  get idleLeftMs(): number | undefined {
    return this.#session.idleLeftMs;
  }

  get longestOutboundSilenceMs(): number {
    return this.#log.longestSilenceMs(this.end?.atMs ?? this.#context.emulator.clock.now());
  }

  /** The network delivered a binary message; the session owns its bytes. */
  receiveBinary(bytes: Uint8Array): void {
    if (!this.#hears()) return;
    const { emulator } = this.#context;
    const nowMs = emulator.clock.now();
    const endsStream = bytes.length === 0;
    this.#note({ kind: endsStream ? 'end-of-stream' : 'audio', bytes: bytes.length });
    if (endsStream) {
      this.#context.onEvent({ type: 'stream.ended' });
      if (emulator.emptyBinary === 'closes') this.#log.streamClosed();
    } else {
      if (nowMs - this.#lastAudioAtMs > PAUSE_MS) this.#context.onEvent({ type: 'audio.began' });
      this.#lastAudioAtMs = nowMs;
    }
    if (endsStream && this.#dropBefore === 'results') this.cut();
    else this.#session.receiveBinary(bytes);
    this.#strikeByAudio();
  }

  /** The network delivered a text message. */
  receiveText(text: string): void {
    if (!this.#hears()) return;
    this.#note({ kind: 'text', bytes: new TextEncoder().encode(text).length, text });
    this.#context.onEvent({ type: 'text.received', text });
    const closesStream = /^\s*\{\s*"type"\s*:\s*"CloseStream"\s*\}\s*$/.test(text);
    if (closesStream) this.#log.streamClosed();
    if (closesStream && this.#dropBefore === 'results') this.cut();
    else this.#session.receiveText(text);
  }

  /** The network delivered a ping. */
  receivePing(): void {
    if (!this.#hears()) return;
    this.#note({ kind: 'ping', bytes: 0 });
    this.#session.receivePing();
  }

  /** The network reports that the client reads nothing, or reads again. */
  congested(isCongested: boolean): void {
    this.#stopReading('congestion', isCongested && this.end === undefined);
  }

  /** The network reports that the client is gone. */
  peerGone(code: number, reason: string): void {
    this.#outbox.discard();
    this.#finish(code === 1006 ? 'network' : 'client', code, reason);
  }

  cut(): void {
    this.#outbox.discard();
    if (!this.#finish('network', 1006, '')) return;
    this.#context.wire.cut();
  }

  close(code: number, reason = ''): void {
    if (!isCloseCode(code))
      throw new RangeError(`${code} is no code to close with: give ${CLOSE_CODES_SAY}.`);
    if (new TextEncoder().encode(reason).length > LONGEST_REASON_BYTES) {
      throw new RangeError(
        `'${reason}' is too long: a close frame has room for ${LONGEST_REASON_BYTES} bytes.`,
      );
    }
    // A half-open link carries no close frame, so the client does not get it.
    if (this.#isSilent || !this.#finish('server', code, reason)) return;
    this.#outbox.close(code, reason);
  }

  halfOpen(): void {
    if (!this.#hears()) return;
    this.#isSilent = true;
    this.#session.peerGone();
    this.#outbox.discard();
    this.#context.wire.halfOpen();
  }

  /** Nothing passes in either direction until the end of the outage. */
  blackout(isDark: boolean): void {
    this.#gate.set('blackhole', isDark);
    if (isDark) this.#outbox.hold();
    else this.#outbox.release();
  }

  stallResults(): void {
    this.#session.queue.hold();
  }

  resumeResults(): void {
    this.#session.queue.release();
  }

  throttle(factor: number): void {
    this.#session.queue.setMaxPace(factor);
  }

  slow(byMs: number): void {
    this.#outbox.delayBy(byMs);
  }

  malformed(): void {
    if (!this.#hears()) return;
    for (const text of MALFORMED_MESSAGES) this.#context.wire.text(text);
    this.#context.wire.binary(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  }

  mute(on = true): void {
    this.#isMute = on;
  }

  loseMessages(count: number): void {
    this.#outbox.lose(count);
  }

  duplicateResults(on = true): void {
    this.#outbox.duplicate(on);
  }

  reorderResults(on = true): void {
    this.#outbox.reorder(on);
  }

  dropOnCloseStream(before: 'results' | 'metadata' = 'results'): void {
    this.#dropBefore = before;
  }

  heal(): void {
    this.#pending = [];
    for (const timer of this.#timers) this.#context.emulator.clock.clearTimeout(timer);
    this.#timers = [];
    this.#dropBefore = undefined;
    this.mute(false);
    this.loseMessages(0);
    this.slow(0);
    this.duplicateResults(false);
    this.reorderResults(false);
    this.throttle(this.#context.emulator.maxPace);
    this.resumeResults();
  }

  suffer(fault: ConnectionFault): void {
    if (this.end || this.#isSilent) return;
    this.#plan(fault, this.receivedAudioMs);
  }

  #strike(fault: ConnectionFault): void {
    if (this.end || this.#isSilent) return;
    this.faults.push(fault.kind);
    this.#context.onEvent({ type: 'fault.struck', fault: fault.kind });
    const { maxPace } = this.#context.emulator;
    switch (fault.kind) {
      case 'cut':
        return this.cut();
      case 'close':
        return this.close(fault.code, fault.reason);
      case 'halfOpen':
        return this.halfOpen();
      case 'blackhole':
        return this.#context.onBlackhole(fault.forMs);
      case 'slow':
        this.slow(fault.byMs);
        return this.#after(fault.forMs, () => this.slow(0));
      case 'throttle':
        this.throttle(fault.factor);
        return this.#after(fault.forMs, () => this.throttle(maxPace));
      case 'stallResults':
        this.stallResults();
        return this.#after(fault.forMs, () => this.resumeResults());
      case 'duplicateResults':
        this.duplicateResults();
        return this.#after(fault.forMs, () => this.duplicateResults(false));
      case 'reorderResults':
        this.reorderResults();
        return this.#after(fault.forMs, () => this.reorderResults(false));
      case 'mute':
        return this.mute();
      case 'loseMessages':
        return this.loseMessages(fault.count);
      case 'malformed':
        return this.malformed();
      case 'dropOnCloseStream':
        return this.dropOnCloseStream(fault.before);
      default:
        return fault satisfies never;
    }
  }

  #plan(fault: ConnectionFault, fromAudioMs = 0): void {
    const { afterAudioMs, afterMs } = fault;
    const strikesByItself = STRIKE_UNSEEN.has(fault.kind);
    if (afterAudioMs !== undefined) this.#pending.push({ fault, atAudioMs: fromAudioMs + afterAudioMs });
    else if (afterMs !== undefined) this.#after(afterMs, () => this.#strike(fault));
    // Not before the network has reported that the connection is open.
    else if (strikesByItself || this.#isUp) this.#strike(fault);
    else this.#after(0, () => this.#strike(fault));
  }

  #strikeByAudio(): void {
    if (this.#pending.length === 0) return;
    const due = this.#pending.filter(({ atAudioMs }) => atAudioMs <= this.receivedAudioMs);
    this.#pending = this.#pending.filter((each) => !due.includes(each));
    for (const { fault } of due) this.#strike(fault);
  }

  #after(delayMs: number | undefined, action: () => void): void {
    if (this.end || delayMs === undefined) return;
    this.#timers.push(this.#context.emulator.clock.setTimeout(action, delayMs));
  }

  #sendText(json: string): void {
    if (!this.#hears() || this.#isMute) return;
    this.sentCount += 1;
    this.#context.onEvent({ type: 'message.sent', text: json });
    this.#outbox.text(json);
  }

  #stopReading(why: 'backlog' | 'congestion', stops: boolean): void {
    this.#gate.set(why, stops);
    this.#session.reading(!this.#gate.isServersDoing);
  }

  #note(message: Omit<ReceivedMessage, 'atMs'>): void {
    this.#log.note({ atMs: this.#context.emulator.clock.now(), ...message });
  }

  #hears(): boolean {
    return this.end === undefined && !this.#isSilent;
  }

  #finish(by: EmulatedEnd['by'], code: number, reason: string): boolean {
    if (this.end) return false;
    const { clock } = this.#context.emulator;
    this.end = { atMs: clock.now(), by, code, reason };
    for (const timer of this.#timers) clock.clearTimeout(timer);
    this.#timers = [];
    this.#pending = [];
    this.#session.peerGone();
    // Continue to read: the client's close frame may follow.
    this.#gate.set('backlog', false);
    this.#gate.set('congestion', false);
    this.#context.onEvent({ type: 'connection.ended', by, code, reason });
    this.#context.onEnd();
    return true;
  }
}
