/**
 * One connection: it stands between the network, which may do anything, and the session, which behaves well at all
 * times. All misbehaviour is arranged here.
 */
import type { Credentials } from '../../transports/transport.ts';
import { ConnectionLog, type ReceivedMessage } from './connection-log.ts';
import type { ConnectionEnd, EmulatedConnection } from './emulated-connection.ts';
import { type ConnectionFault, MALFORMED_MESSAGES } from './faults.ts';
import type { Admission } from './handshake.ts';
import type { ResultsContent } from './messages.ts';
import type { EmulatorSettings } from './options.ts';
import { Session } from './session.ts';

/** What the network must be able to do for a connection. */
export interface ConnectionWire {
  text(json: string): void;
  binary(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Breaks the link at once, without a close frame. */
  cut(): void;
  /** Stops reading for good. */
  goSilent(): void;
}

export interface ConnectionContext {
  attempt: number;
  admission: Admission;
  emulator: EmulatorSettings;
  wire: ConnectionWire;
  faults: readonly ConnectionFault[];
  onFinal(content: ResultsContent): void;
  onEnd(): void;
}

/** The whole of a connection: what tests see, and what the network calls. */
export class Connection implements EmulatedConnection {
  readonly attempt: number;
  readonly requestId: string;
  readonly query: URLSearchParams;
  readonly scheme: Credentials['scheme'];
  readonly openedAtMs: number;
  end: ConnectionEnd | undefined;
  #context: ConnectionContext;
  #session: Session;
  #log: ConnectionLog;
  #pending: ConnectionFault[] = [];
  #timers: unknown[] = [];
  #silent = false;
  #duplicating = false;
  #dropBefore: 'results' | 'metadata' | undefined;

  constructor(context: ConnectionContext) {
    const { admission, emulator } = context;
    this.#context = context;
    this.attempt = context.attempt;
    this.requestId = admission.requestId;
    this.query = new URLSearchParams(admission.query);
    this.scheme = admission.scheme;
    this.openedAtMs = emulator.clock.now();
    this.#log = new ConnectionLog(this.openedAtMs, emulator.maxLogEntries);
    this.#session = new Session({
      requestId: admission.requestId,
      listen: admission.settings,
      emulator,
      wire: {
        text: (json) => this.#sendText(json),
        close: (code, reason) => this.close(code, reason),
      },
      observer: {
        final: (content) => context.onFinal(content),
        drained: () => {
          if (this.#dropBefore === 'metadata') this.cut();
        },
      },
    });
    for (const fault of context.faults) this.#plan(fault);
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

  get longestOutboundSilenceMs(): number {
    return this.#log.longestSilenceMs(this.end?.atMs ?? this.#context.emulator.clock.now());
  }

  /** The network delivered a binary message, whose bytes are given away. */
  receiveBinary(bytes: Uint8Array): void {
    if (!this.#hears()) return;
    this.#note({ kind: bytes.length > 0 ? 'audio' : 'end-of-stream', bytes: bytes.length });
    if (bytes.length === 0 && this.#dropBefore === 'results') this.cut();
    else this.#session.receiveBinary(bytes);
    this.#strikeByAudio();
  }

  /** The network delivered a text message. */
  receiveText(text: string): void {
    if (!this.#hears()) return;
    this.#note({ kind: 'text', bytes: text.length, text });
    if (this.#dropBefore === 'results' && /"type"\s*:\s*"CloseStream"/.test(text)) this.cut();
    else this.#session.receiveText(text);
  }

  /** The network delivered a ping, which holds nothing open. */
  receivePing(): void {
    if (this.#hears()) this.#note({ kind: 'ping', bytes: 0 });
  }

  /** The network says that the client is gone. */
  peerGone(code: number, reason: string): void {
    this.#finish(code === 1006 ? 'network' : 'client', code, reason);
  }

  cut(): void {
    if (!this.#finish('network', 1006, '')) return;
    this.#context.wire.cut();
  }

  close(code: number, reason = ''): void {
    // A half-open link carries no close frame: the client never learns of it.
    if (this.#silent || !this.#finish('server', code, reason)) return;
    this.#context.wire.close(code, reason);
  }

  goSilent(): void {
    if (!this.#hears()) return;
    this.#silent = true;
    this.#session.peerGone();
    this.#context.wire.goSilent();
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

  malformed(): void {
    if (!this.#hears()) return;
    for (const text of MALFORMED_MESSAGES) this.#context.wire.text(text);
    this.#context.wire.binary(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  }

  duplicateResults(): void {
    this.#duplicating = true;
  }

  dropOnCloseStream(before: 'results' | 'metadata' = 'results'): void {
    this.#dropBefore = before;
  }

  #suffer(fault: ConnectionFault): void {
    switch (fault.kind) {
      case 'cut':
        return this.cut();
      case 'close':
        return this.close(fault.code, fault.reason);
      case 'goSilent':
        return this.goSilent();
      case 'stallResults':
        this.stallResults();
        if (fault.forMs !== undefined) this.#later(fault.forMs, () => this.resumeResults());
        return undefined;
      case 'throttle':
        return this.throttle(fault.factor);
      case 'malformed':
        return this.malformed();
      case 'duplicateResults':
        return this.duplicateResults();
      case 'dropOnCloseStream':
        return this.dropOnCloseStream(fault.before);
      default:
        return fault satisfies never;
    }
  }

  #plan(fault: ConnectionFault): void {
    if (fault.afterAudioMs !== undefined) this.#pending.push(fault);
    else if (fault.afterMs !== undefined) this.#later(fault.afterMs, () => this.#suffer(fault));
    // Not before the network has said that the connection is open.
    else if (fault.kind === 'dropOnCloseStream' || fault.kind === 'duplicateResults') this.#suffer(fault);
    else this.#later(0, () => this.#suffer(fault));
  }

  #strikeByAudio(): void {
    if (this.#pending.length === 0) return;
    const isDue = (fault: ConnectionFault) => (fault.afterAudioMs ?? 0) <= this.receivedAudioMs;
    const due = this.#pending.filter(isDue);
    this.#pending = this.#pending.filter((fault) => !isDue(fault));
    for (const fault of due) this.#suffer(fault);
  }

  #later(delayMs: number, action: () => void): void {
    if (this.end) return;
    this.#timers.push(this.#context.emulator.clock.setTimeout(action, delayMs));
  }

  #sendText(json: string): void {
    if (!this.#hears()) return;
    this.#context.wire.text(json);
    if (this.#duplicating && json.startsWith('{"type":"Results"')) this.#context.wire.text(json);
  }

  #note(message: Omit<ReceivedMessage, 'atMs'>): void {
    this.#log.note({ atMs: this.#context.emulator.clock.now(), ...message });
  }

  #hears(): boolean {
    return this.end === undefined && !this.#silent;
  }

  #finish(by: ConnectionEnd['by'], code: number, reason: string): boolean {
    if (this.end) return false;
    const { clock } = this.#context.emulator;
    this.end = { atMs: clock.now(), by, code, reason };
    for (const timer of this.#timers) clock.clearTimeout(timer);
    this.#timers = [];
    this.#pending = [];
    this.#session.peerGone();
    this.#context.onEnd();
    return true;
  }
}
