/** An emulator for other programs to talk to, until somebody ends it. */
import { once } from 'node:events';
import { startEmulator, startVosk } from '../testing/index.ts';

export interface EmulateOptions {
  host: string;
  port: number;
  /** Understands test tones instead of speech. */
  tones: boolean;
}

/** Says the address first, in a line of its own: whoever started it as a child process needs no more. */
export async function emulate(
  { host, port, tones }: EmulateOptions,
  out: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const vosk = tones ? undefined : await startVosk();
  try {
    const emulator = await startEmulator({ host, port, ...(vosk && { recogniser: vosk.recogniser }) });
    out(`${emulator.url}\n`);
    out('Any API key will do. Ctrl-C ends it.\n');
    if (!signal.aborted) await once(signal, 'abort');
    await emulator.close();
    return 0;
  } finally {
    await vosk?.close();
  }
}
