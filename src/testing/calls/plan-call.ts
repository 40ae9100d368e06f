/** Turns a script into messages with their times. All random choices are made here, from the seed. */
import { encodePcm } from '../media/pcm.ts';
import { seededRandom } from '../network/random.ts';
import type { CallScript } from './call-script.ts';
import { type Identity, type Spoken, WORDINGS } from './wording.ts';

/** A range of a track's audio that was not sent. Times are in milliseconds since the start of its recording. */
export interface LostAudio {
  track: 'inbound' | 'outbound';
  fromMs: number;
  toMs: number;
}

/** A call with all its messages and times. */
export interface CallPlan {
  /** In the order in which they are sent. */
  messages: readonly { atMs: number; data: string | Uint8Array }[];
  lost: readonly LostAudio[];
  hangUp: 'stop' | 'close' | 'cut';
  /** When the call is hung up. */
  endsAtMs: number;
}

interface Frame extends Omit<Spoken, 'sequence'> {
  /** When it leaves the provider. */
  spokenAtMs: number;
  recordedAtMs: number;
}

const DEFAULT_RATE = 8_000;

/** @throws RangeError for an impossible script. */
export function planCall(script: CallScript): CallPlan {
  const wording = WORDINGS[script.provider];
  const random = seededRandom(script.seed ?? 1);
  const call = identify(script);
  const tracks = call.tracks.map((track) => framesOf(call, track, wording.frameMs));
  const endsAtMs = Math.max(0, ...tracks.flat().map(({ spokenAtMs }) => spokenAtMs + wording.frameMs));
  const lost: LostAudio[] = [];
  const timed: { atMs: number; say: (sequence: number) => string | Uint8Array }[] = [];
  let jitterUntilMs = 0;
  for (const frame of tracks.flat().sort((a, b) => a.spokenAtMs - b.spokenAtMs)) {
    // Drawn for every frame, so that a change of one fault does not change the others.
    const [isLost, isDoubled] = [random() < (script.loss ?? 0), random() < (script.duplication ?? 0)];
    const [jitterMs, reorderMs] = [random() * (script.jitterMs ?? 0), random() * (script.reorderMs ?? 0)];
    jitterUntilMs = Math.max(jitterUntilMs, frame.spokenAtMs + wording.frameMs + jitterMs);
    const say = (sequence: number) => wording.media(call, { ...frame, sequence });
    if (isLost) {
      const fromMs = frame.recordedAtMs;
      lost.push({ track: frame.track, fromMs, toMs: fromMs + wording.frameMs });
      continue;
    }
    timed.push({ atMs: jitterUntilMs + reorderMs, say });
    if (isDoubled) timed.push({ atMs: jitterUntilMs + reorderMs, say });
  }
  for (const { afterMs, digit } of script.digits ?? []) {
    timed.push({ atMs: afterMs, say: (sequence) => wording.digit(call, digit, sequence) });
  }
  const opening = wording.opening(call).map((data) => ({ atMs: 0, data }));
  const said = timed
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, say }, index) => ({ atMs, data: say(index + 2) }));
  const lastMs = Math.max(endsAtMs, ...said.map(({ atMs }) => atMs));
  const stop = wording.stop(call, said.length + 2);
  const hangUp = script.hangUp ?? (stop === undefined ? 'close' : 'stop');
  const farewell = hangUp === 'stop' && stop !== undefined ? [{ atMs: lastMs, data: stop }] : [];
  return { messages: [...opening, ...said, ...farewell], lost, hangUp, endsAtMs: lastMs };
}

function identify(script: CallScript): Identity {
  const { provider, outbound } = script;
  const isLinear = provider === 'vonage' || provider === 'exotel';
  const encoding = script.encoding ?? (isLinear ? 'linear16' : 'mulaw');
  const sampleRate = script.sampleRate ?? DEFAULT_RATE;
  if (outbound && isLinear) throw new RangeError(`${provider} has one track: leave outbound out.`);
  if (isLinear && encoding !== 'linear16')
    throw new RangeError(`${provider} sends linear16: leave encoding out.`);
  if (provider === 'twilio' && (encoding !== 'mulaw' || sampleRate !== DEFAULT_RATE)) {
    throw new RangeError('twilio sends µ-law at 8000 Hz: leave encoding and sampleRate out.');
  }
  if (script.hangUp === 'stop' && (provider === 'vonage' || provider === 'plivo')) {
    throw new RangeError(`${provider} says no stop: give hangUp 'close'.`);
  }
  return {
    callId: script.callId ?? 'CA00000000000000000000000000000001',
    streamId: script.streamId ?? 'MZ00000000000000000000000000000001',
    encoding,
    sampleRate,
    tracks: outbound ? ['inbound', 'outbound'] : ['inbound'],
    script,
  };
}

/** A hold delays the speech after it, and its timestamps. */
function framesOf(call: Identity, track: 'inbound' | 'outbound', frameMs: number): Frame[] {
  const { encoding, sampleRate, script } = call;
  const recording = script[track] ?? new Int16Array();
  const samples = (sampleRate * frameMs) / 1000;
  const frames: Frame[] = [];
  for (let at = 0; at < recording.length; at += samples) {
    // The last frame is as long as the others.
    const sound = new Int16Array(samples);
    sound.set(recording.subarray(at, at + samples));
    const recordedAtMs = Math.round((at * 1000) / sampleRate);
    let timestampMs = recordedAtMs;
    for (const { afterMs, forMs } of script.holds ?? []) if (timestampMs >= afterMs) timestampMs += forMs;
    frames.push({
      track,
      chunk: frames.length + 1,
      timestampMs,
      spokenAtMs: timestampMs,
      recordedAtMs,
      audio: encodePcm(sound, encoding),
    });
  }
  return frames;
}
