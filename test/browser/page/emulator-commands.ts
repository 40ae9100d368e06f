/** The emulator runs in Node, beside the browser; these commands are how a page reaches it. */
import { type RemoteEmulator, startRemoteEmulator } from '../../transports/remote-emulator.ts';

const emulators = new Map<string, RemoteEmulator>();

/** What a page may call, by name; the first argument is Vitest's. */
export const emulatorCommands = {
  startEmulator: async (_context: unknown): Promise<string> => {
    const emulator = await startRemoteEmulator();
    emulators.set(emulator.url, emulator);
    return emulator.url;
  },
  askEmulator: (
    _context: unknown,
    url: string,
    method: keyof RemoteEmulator,
    args: unknown[],
  ): Promise<unknown> => {
    const emulator = emulators.get(url);
    if (!emulator) throw new Error(`No emulator was started at ${url}.`);
    return (emulator[method] as (...args: unknown[]) => Promise<unknown>)(...args);
  },
};
