/** An emulator for other programs to talk to, until somebody ends it. */
import { once } from 'node:events';
import { describeFault, startEmulator, startVosk, type VoskHost } from '../testing/index.ts';
import type { EmulateOptions } from './emulate-arguments.ts';

/** Says the address first, in a line of its own: whoever started it as a child process needs no more. */
export async function emulate(
  { host, port, tones, faults, settings }: EmulateOptions,
  out: (text: string) => void,
  signal: AbortSignal,
  loadRecogniser: () => Promise<VoskHost> = startVosk,
): Promise<number> {
  const { vosk, remark } = tones ? {} : await loadedOrNot(loadRecogniser);
  try {
    const emulator = await startEmulator({
      host,
      port,
      ...settings,
      ...(vosk && { recogniser: vosk.recogniser }),
    });
    for (const order of faults) emulator.inflict(order);
    out(`${emulator.url}\n`);
    out(`Watch it and break it: ${emulator.controlUrl}\n`);
    if (remark !== undefined) out(remark);
    for (const order of faults) out(`Ordered: ${describeFault(order)}\n`);
    out('Any API key will do. Ctrl-C ends it.\n');
    if (!signal.aborted) await once(signal, 'abort');
    await emulator.close();
    return 0;
  } finally {
    await vosk?.close();
  }
}

/** Most of what an app is tested for needs no words: that the recogniser is not installed is no reason to do nothing. */
async function loadedOrNot(load: () => Promise<VoskHost>): Promise<{ vosk?: VoskHost; remark?: string }> {
  try {
    return { vosk: await load() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    return { remark: `Human speech is heard as silence, test tones as words. ${error.message}\n` };
  }
}
