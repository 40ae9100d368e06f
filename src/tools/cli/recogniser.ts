/** The speech recogniser, of 84 MB, is not installed with this package: without it the commands continue with a hint. */
import { startVosk, type VoskHost } from '../../testing/index.ts';

export type LoadRecogniser = () => Promise<VoskHost>;

/** The recogniser, or the remedy if it is not installed. */
export async function loadedOrNot(
  load: LoadRecogniser = startVosk,
): Promise<{ vosk?: VoskHost; remedy?: string }> {
  try {
    return { vosk: await load() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    return { remedy: error.message };
  }
}
