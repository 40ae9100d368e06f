import { bootstrapApplication } from '@angular/platform-browser';
import { type CaptureStatus, microphone } from 'rx-deepgram/browser';
import { App, SETTING } from './app.ts';

/** Asked before every attempt to connect, so that no reconnect uses a token that has expired. */
async function auth({ signal }: { signal: AbortSignal }): Promise<{ access_token: string }> {
  const response = await fetch('/api/token', { method: 'POST', signal });
  if (!response.ok) throw new Error(`No token: HTTP ${response.status}`);
  return (await response.json()) as { access_token: string };
}

const server = await fetch('/api/deepgram');
const { baseUrl, canCut } = (await server.json()) as { baseUrl: string; canCut: boolean };

await bootstrapApplication(App, {
  providers: [
    {
      provide: SETTING,
      useValue: {
        options: {
          auth,
          baseUrl,
          listen: {
            model: 'nova-3',
            encoding: 'linear16',
            sample_rate: 16_000,
            interim_results: true,
            smart_format: true,
            endpointing: 300,
          },
        },
        microphone: (onStatus: (status: CaptureStatus) => void) =>
          microphone({ sampleRate: 16_000, onStatus }),
        cut: canCut ? () => fetch('/api/cut', { method: 'POST' }) : undefined,
      },
    },
  ],
});
