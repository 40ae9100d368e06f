/** Runs an emulator for other programs, until a signal. */
import { once } from 'node:events';
import { describeFault, startEmulator } from '../../testing/index.ts';
import type { EmulateOptions } from './emulate-arguments.ts';
import { type LoadRecogniser, loadedOrNot } from './recogniser.ts';

/** Prints the address in the first line, for parent processes. */
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
    out(`Control page: ${emulator.controlUrl}\n`);
    if (remedy !== undefined) out(`Human speech counts as silence; only test tones are words. ${remedy}\n`);
    for (const order of faults) out(`Ordered: ${describeFault(order)}\n`);
    out('Any API key works. Ctrl-C ends it.\n');
    if (!signal.aborted) await once(signal, 'abort');
    await emulator.close();
    return 0;
  } finally {
    await vosk?.close();
  }
}
