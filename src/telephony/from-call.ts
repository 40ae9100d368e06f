/** Makes a call of an accepted socket: keeps its messages until the provider's start message has come. */
import { Subject, Subscription } from 'rxjs';
import { TranscriptionError } from '../index.ts';
import { type CallOptions, type CheckedCallOptions, checkCallOptions } from './call-options.ts';
import { type CallSocket, messagesOf, textOf } from './call-socket.ts';
import { type Dialect, DIALECTS, TELNYX, TWILIO, VONAGE } from './dialect.ts';
import { LiveCall } from './live-call.ts';
import type { PhoneCall } from './phone-call.ts';
import { type CallStart, parseObject, readStart } from './read-message.ts';

const NEVER = { withinMs: 0, find: () => undefined };
/** Providers send 8 to 48 kHz. A rate of zero would give endless chunks, and an infinite one would need infinite memory. */
const SAMPLE_RATES = { least: 4_000, most: 192_000 };
/** A provider sends at most two messages before its start. */
const MAX_EARLY_MESSAGES = 100;

/**
 * A call of Twilio Media Streams, or of a provider that copies them. Resolves at the provider's `start`. Call it as soon as the
 * socket is accepted, so that no message is missed.
 *
 * @throws TranscriptionError (by rejection) `no-call` if the socket closes before a start, sends other messages, or has an
 * unusable encoding; `invalid-option`.
 *
 * @example
 * ```ts
 * const call = await fromTwilio(socket);
 * call.audio$.pipe(transcribe({ auth, listen: { model: 'nova-3', ...call.listen } })).subscribe(show);
 * ```
 */
export function fromTwilio(socket: CallSocket, options: CallOptions = {}): Promise<PhoneCall> {
  return openCall(socket, [TWILIO], options);
}

/** A call of Telnyx media streaming: see {@link fromTwilio}. With `stream_track: 'both_tracks'` give `tracks`. */
export function fromTelnyx(socket: CallSocket, options: CallOptions = {}): Promise<PhoneCall> {
  return openCall(socket, [TELNYX], options);
}

/** A call of Vonage's WebSocket endpoint: see {@link fromTwilio}. Its text messages must come as text, since its audio is binary. */
export function fromVonage(socket: CallSocket, options: CallOptions = {}): Promise<PhoneCall> {
  return openCall(socket, [VONAGE], options);
}

/** A call of any known provider, recognised by its first messages: see {@link fromTwilio}. `dialects` adds providers. */
export function fromCall(socket: CallSocket, options: CallOptions = {}): Promise<PhoneCall> {
  return openCall(socket, [...(options.dialects ?? []), ...DIALECTS], options);
}

/** `resume` finds the call that a stream continues. */
export async function openCall(
  socket: CallSocket,
  dialects: readonly Dialect[],
  options: CallOptions,
  resume: { withinMs: number; find(start: CallStart): LiveCall | undefined } = NEVER,
): Promise<LiveCall> {
  const checked = checkCallOptions(options);
  return new Promise((resolve, reject) => {
    const source = new Subscription();
    const rest$ = new Subject<string | Uint8Array>();
    const early: (string | Uint8Array)[] = [];
    let call: LiveCall | undefined;
    const { clock } = checked;
    const refuse = (problem: string) => {
      clock.clearTimeout(timer);
      source.unsubscribe();
      reject(noCall(problem, dialects));
    };
    const timer = clock.setTimeout(
      () => refuse(`No call started within ${checked.startWithinMs} ms.`),
      checked.startWithinMs,
    );
    const listen = (message: string | Uint8Array) => {
      if (call) {
        rest$.next(message);
        return;
      }
      const object = parseObject(textOf(message));
      const start = object && readStart(object, dialects);
      if (!start) {
        early.push(message);
        if (early.length > MAX_EARLY_MESSAGES) refuse('No call started.');
        return;
      }
      clock.clearTimeout(timer);
      try {
        call = resume.find(start) ?? newCall(start, checked, resume.withinMs);
      } catch (error) {
        source.unsubscribe();
        reject(error);
        return;
      }
      call.follow(rest$);
      // Frames that came before the start. Other messages hold no audio.
      for (const each of early) rest$.next(each);
      void call.ended.then(() => source.unsubscribe());
      resolve(call);
    };
    const close = () => {
      if (call) rest$.complete();
      else refuse('The socket closed before a call started.');
    };
    source.add(messagesOf(socket).subscribe({ next: listen, error: close, complete: close }));
  });
}

function newCall(start: CallStart, options: CheckedCallOptions, resumeWithinMs: number): LiveCall {
  const { encoding, encodingName, dialect, sampleRate } = start;
  const isRate = Number.isInteger(sampleRate);
  if (!isRate || sampleRate < SAMPLE_RATES.least || sampleRate > SAMPLE_RATES.most) {
    throw new TranscriptionError('no-call', `The call comes with a sample rate of ${sampleRate}.`, {
      remedy: `Ask ${dialect.name} for ${dialect.format.sampleRate}.`,
    });
  }
  if (encoding) return new LiveCall(start, encoding, options, resumeWithinMs);
  throw new TranscriptionError('no-call', `The call comes as '${encodingName}', which cannot be used.`, {
    remedy: `Ask ${dialect.name} for one of: ${Object.keys(dialect.encodings).join(', ')}.`,
  });
}

function noCall(problem: string, dialects: readonly Dialect[]): TranscriptionError {
  const names = dialects.map(({ name }) => name).join(', ');
  return new TranscriptionError('no-call', problem, {
    remedy: `See whether the one who connects is ${names}, and sends its start; close the socket.`,
  });
}
