/**
 * The messages of each provider, written from the documentation a second time: a test double must not share the mistakes of the
 * code under test. Numbers are texts if the provider sends texts.
 */
import type { CallProvider, CallScript } from './call-script.ts';

/** A call with its identity chosen. */
export interface Identity {
  callId: string;
  streamId: string;
  encoding: 'mulaw' | 'alaw' | 'linear16';
  sampleRate: number;
  tracks: readonly ('inbound' | 'outbound')[];
  script: CallScript;
}

/** One frame of a track. */
export interface Spoken {
  track: 'inbound' | 'outbound';
  /** Counted from 1 on each track. */
  chunk: number;
  timestampMs: number;
  audio: Uint8Array;
  /** Counted over all messages. */
  sequence: number;
}

/** The messages of a provider. */
export interface Wording {
  frameMs: number;
  /** The minimum and maximum of messages before the first frame. */
  opening(call: Identity): string[];
  media(call: Identity, frame: Spoken): string | Uint8Array;
  digit(call: Identity, digit: string, sequence: number): string;
  /** The message that ends the stream; `undefined` if the provider sends none. */
  stop(call: Identity, sequence: number): string | undefined;
}

const base64 = (audio: Uint8Array) => Buffer.from(audio).toString('base64');
const ACCOUNT = 'AC00000000000000000000000000000000';

const twilio: Wording = {
  frameMs: 20,
  opening: ({ callId, streamId, tracks, script }) => [
    JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
    JSON.stringify({
      event: 'start',
      sequenceNumber: '1',
      start: {
        accountSid: ACCOUNT,
        streamSid: streamId,
        callSid: callId,
        tracks,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
        customParameters: script.parameters ?? {},
      },
      streamSid: streamId,
    }),
  ],
  media: ({ streamId }, { track, chunk, timestampMs, audio, sequence }) =>
    JSON.stringify({
      event: 'media',
      sequenceNumber: String(sequence),
      media: { track, chunk: String(chunk), timestamp: String(timestampMs), payload: base64(audio) },
      streamSid: streamId,
    }),
  digit: ({ streamId }, digit, sequence) =>
    JSON.stringify({
      event: 'dtmf',
      streamSid: streamId,
      sequenceNumber: String(sequence),
      dtmf: { track: 'inbound_track', digit },
    }),
  stop: ({ streamId, callId }, sequence) =>
    JSON.stringify({
      event: 'stop',
      sequenceNumber: String(sequence),
      stop: { accountSid: ACCOUNT, callSid: callId },
      streamSid: streamId,
    }),
};

const telnyx: Wording = {
  frameMs: 20,
  opening: ({ callId, streamId, encoding, sampleRate, script }) => [
    JSON.stringify({ event: 'connected', version: '1.0.0' }),
    JSON.stringify({
      event: 'start',
      sequence_number: '1',
      start: {
        user_id: '3e6f995f-85f7-4705-9741-53b116d28237',
        call_control_id: callId,
        from: script.from ?? '+13122010094',
        to: script.to ?? '+13122123456',
        custom_parameters: script.parameters ?? {},
        media_format: {
          encoding: encoding === 'alaw' ? 'PCMA' : 'PCMU',
          sample_rate: sampleRate,
          channels: 1,
        },
      },
      stream_id: streamId,
    }),
  ],
  media: ({ streamId }, { track, chunk, timestampMs, audio, sequence }) =>
    JSON.stringify({
      event: 'media',
      sequence_number: String(sequence),
      media: { track, chunk: String(chunk), timestamp: String(timestampMs), payload: base64(audio) },
      stream_id: streamId,
    }),
  digit: ({ streamId }, digit, sequence) =>
    JSON.stringify({
      event: 'dtmf',
      stream_id: streamId,
      occurred_at: '2026-01-01T00:00:00.000000Z',
      sequence_number: String(sequence),
      dtmf: { digit },
    }),
  stop: ({ streamId, callId }, sequence) =>
    JSON.stringify({
      event: 'stop',
      sequence_number: String(sequence),
      stop: { user_id: '3e6f995f-85f7-4705-9741-53b116d28237', call_control_id: callId },
      stream_id: streamId,
    }),
};

const vonage: Wording = {
  frameMs: 20,
  opening: ({ sampleRate, script }) => [
    JSON.stringify({
      event: 'websocket:connected',
      'content-type': `audio/l16;rate=${sampleRate}`,
      ...script.parameters,
    }),
  ],
  media: (_, { audio }) => audio,
  digit: (_, digit) => JSON.stringify({ event: 'websocket:dtmf', digit, duration: 260 }),
  stop: () => undefined,
};

const plivo: Wording = {
  frameMs: 20,
  opening: ({ callId, streamId, encoding, sampleRate, tracks, script }) => [
    JSON.stringify({
      sequenceNumber: 0,
      event: 'start',
      start: {
        callId,
        streamId,
        accountId: ACCOUNT,
        tracks,
        mediaFormat: { encoding: encoding === 'mulaw' ? 'audio/x-mulaw' : 'audio/x-l16', sampleRate },
      },
      extra_headers: Object.entries(script.parameters ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join(';'),
    }),
  ],
  media: ({ streamId }, { track, chunk, timestampMs, audio, sequence }) =>
    JSON.stringify({
      sequenceNumber: sequence,
      streamId,
      event: 'media',
      media: { track, timestamp: String(timestampMs), chunk, payload: base64(audio) },
    }),
  digit: ({ streamId }, digit, sequence) =>
    JSON.stringify({ event: 'dtmf', sequenceNumber: sequence, streamId, dtmf: { track: 'inbound', digit } }),
  stop: () => undefined,
};

const exotel: Wording = {
  frameMs: 100,
  opening: ({ callId, streamId, sampleRate, script }) => [
    JSON.stringify({ event: 'connected' }),
    JSON.stringify({
      event: 'start',
      sequence_number: '1',
      stream_sid: streamId,
      start: {
        stream_sid: streamId,
        call_sid: callId,
        account_sid: ACCOUNT,
        from: script.from ?? '09845011223',
        to: script.to ?? '08012345678',
        custom_parameters: script.parameters ?? {},
        media_format: { encoding: 'base64', sample_rate: String(sampleRate), bit_rate: '128kbps' },
      },
    }),
  ],
  media: ({ streamId }, { chunk, timestampMs, audio, sequence }) =>
    JSON.stringify({
      event: 'media',
      sequence_number: String(sequence),
      stream_sid: streamId,
      media: { chunk: String(chunk), timestamp: String(timestampMs), payload: base64(audio) },
    }),
  digit: ({ streamId }, digit, sequence) =>
    JSON.stringify({
      event: 'dtmf',
      sequence_number: String(sequence),
      stream_sid: streamId,
      dtmf: { digit, duration: '100' },
    }),
  stop: ({ streamId, callId }, sequence) =>
    JSON.stringify({
      event: 'stop',
      sequence_number: String(sequence),
      stream_sid: streamId,
      stop: { call_sid: callId, account_sid: ACCOUNT, reason: 'callended' },
    }),
};

export const WORDINGS: Record<CallProvider, Wording> = { twilio, telnyx, vonage, plivo, exotel };
