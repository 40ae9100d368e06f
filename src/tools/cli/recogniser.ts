/** The speech recogniser, which weighs 84 MB and is not installed with this package: the commands do without it, and say so. */
import { startVosk, type VoskHost } from '../../testing/index.ts';

export type LoadRecogniser = () => Promise<VoskHost>;

/** The recogniser; or, where it is not installed, what to do about it. */
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
