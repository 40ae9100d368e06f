/** Reports valid parameters and an address that are rarely intended, once at the beginning. */
import type { ListenParameters } from '../../protocol/listen-v1/parameters.ts';
import { isFlux } from '../../protocol/flux/parameters.ts';
import type { StartWatch } from './watch.ts';

interface Advice {
  parameter: keyof ListenParameters & string;
  applies: (listen: ListenParameters) => boolean;
  advice: string;
}

/** Sources: developers.deepgram.com on endpointing, interim results, utterance end, multichannel and code switching. */
const ADVICE: readonly Advice[] = [
  {
    parameter: 'interim_results',
    applies: (listen) => String(listen.interim_results) !== 'true' && !isFlux(listen),
    advice:
      'without it words appear only when an utterance ends, and a half-open connection is found after 20 s instead of 10',
  },
  {
    parameter: 'endpointing',
    applies: ({ endpointing, utterance_end_ms }) =>
      String(endpointing) === 'false' && utterance_end_ms === undefined,
    advice: 'without endpointing and utterance_end_ms no utterance ends',
  },
  {
    parameter: 'language',
    applies: ({ language, endpointing = 10 }) => language === 'multi' && Number(endpointing) < 100,
    advice: 'for several languages at once Deepgram advises endpointing: 100',
  },
  {
    parameter: 'channels',
    applies: ({ channels = 1, multichannel }) => channels > 1 && String(multichannel) !== 'true',
    advice: 'without multichannel: true, several channels are transcribed as one',
  },
  {
    parameter: 'sample_rate',
    applies: ({ sample_rate = 16_000 }) => sample_rate > 48_000,
    advice: 'above 48000 costs bandwidth and gains nothing; 16000 is enough for speech',
  },
];

/** An address without encryption: others between can read the key. */
const EXPOSED = /^ws:\/\/(?!(localhost|[\w.-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$))/i;

export const watchParameters: StartWatch = (board, { options: { listen, baseUrl } }) => {
  if (EXPOSED.test(baseUrl)) board.tell('key-exposed', { baseUrl });
  for (const { parameter, applies, advice } of ADVICE) {
    if (applies(listen)) board.tell('parameters-doubtful', { parameter, advice });
  }
  return {};
};
