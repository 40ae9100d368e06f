/** Creates a session for apps and adapters, after checking its options. */
import type { LinkSession } from '../link/link-session.ts';
import type { LiveTranscription } from './live-transcription.ts';
import { checkOptions, type LiveTranscriptionOptions } from './options.ts';
import { Session } from './session.ts';

/**
 * Starts a live transcription. Nothing is opened before the first audio, unless `connect` is `eager`.
 *
 * @throws TranscriptionError `invalid-option`, at once, for anything that cannot work.
 *
 * @example
 * ```ts
 * const live = createLiveTranscription({ auth: { apiKey }, listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16000 } });
 * live.transcripts$.subscribe(({ final, text }) => console.log(final ? '✔' : '…', text));
 * live.send(samples);
 * const report = await live.close();
 * ```
 */
export function createLiveTranscription(options: LiveTranscriptionOptions): LiveTranscription {
  return new Session(checkOptions(options), options);
}

/** For adapters that pass messages on: gives each event with its link, and sends texts of the app. */
export function createHeardTranscription(options: LiveTranscriptionOptions, heard: LinkSession['heard']) {
  const live = new Session(checkOptions(options), options, heard);
  return {
    live: live as LiveTranscription,
    /** Sends it after the audio accepted so far, on the present connection. */
    sendText: (text: string) => live.sendText(text),
  };
}
