/** An emulator for other programs to talk to, until somebody ends it. */
import { once } from 'node:events';
import { describeFault, startEmulator } from '../testing/index.ts';
import type { EmulateOptions } from './emulate-arguments.ts';
import { type LoadRecogniser, loadedOrNot } from './recogniser.ts';

/** Says the address first, in a line of its own: whoever started it as a child process needs no more. */
export async function emulate(
  { host, port, allowedOrigins, tones, faults, settings }: EmulateOptions,
  out: (text: string) => void,
  signal: AbortSignal,
  loadRecogniser?: LoadRecogniser,
): Promise<number> {
  const { vosk, remedy } = tones ? {} : await loadedOrNot(loadRecogniser);
  try {
    const emulator = await startEmulator({
      host,
      port,
      allowedOrigins,
      ...settings,
      ...(vosk && { recogniser: vosk.recogniser }),
    });
    for (const order of faults) emulator.inflict(order);
    out(`${emulator.url}\n`);
    out(`Watch it and break it: ${emulator.controlUrl}\n`);
    if (remedy !== undefined) out(`Human speech is heard as silence, test tones as words. ${remedy}\n`);
    for (const order of faults) out(`Ordered: ${describeFault(order)}\n`);
    out('Any API key will do. Ctrl-C ends it.\n');
    if (!signal.aborted) await once(signal, 'abort');
    await emulator.close();
    return 0;
  } finally {
    await vosk?.close();
  }
}
