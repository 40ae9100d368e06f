/** In the page of an example app: an emulator at the address in the query, and a microphone that plays `/speech`, over and over. */
import { defer, from, type Observable, repeat, switchMap } from 'rxjs';
import type { AudioChunk, LiveTranscriptionOptions } from '../../../src/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { paced } from '../../../src/tools/sources/paced.ts';

const RATE = 16_000;

export const options: LiveTranscriptionOptions = {
  auth: { apiKey: 'any' },
  baseUrl: new URL(location.href).searchParams.get('deepgram') ?? '',
  listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true, endpointing: 300 },
};

const speech$ = from(fetch('/speech').then((response) => response.arrayBuffer()));

export function microphone(): Observable<AudioChunk> {
  return defer(() => speech$).pipe(
    switchMap((speech) => paced(new Uint8Array(speech), { bytesPerSecond: 2 * RATE, clock: systemClock })),
    repeat(),
  );
}
