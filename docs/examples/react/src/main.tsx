import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { microphone } from 'rx-deepgram/browser';
import { App } from './app.tsx';

/** Asked before every attempt to connect, so that no reconnect uses a token that has expired. */
async function auth({ signal }: { signal: AbortSignal }): Promise<{ access_token: string }> {
  const response = await fetch('/api/token', { method: 'POST', signal });
  if (!response.ok) throw new Error(`No token: HTTP ${response.status}`);
  return (await response.json()) as { access_token: string };
}

const server = await fetch('/api/deepgram');
const { baseUrl, canCut } = (await server.json()) as { baseUrl: string; canCut: boolean };

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App
      options={{
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
      }}
      microphone={(onStatus) => microphone({ sampleRate: 16_000, onStatus })}
      cut={canCut ? () => fetch('/api/cut', { method: 'POST' }) : undefined}
    />
  </StrictMode>,
);
