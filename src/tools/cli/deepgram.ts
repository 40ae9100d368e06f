/** Facts about Deepgram and compatible servers for the commands: address, idle timeout and texts. */
import type { Auth } from '../../index.ts';

export const HOSTED_URL = 'wss://api.deepgram.com';

/** This machine: no proxy and no other machine is between. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
}

/** Deepgram closes a connection after this time without a message (developers.deepgram.com/docs/audio-keep-alive). */
export const WINDOW_MS = 10_000;

/** Deepgram's text for a server that sends no response. */
export const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';

/** Models of `/v2/listen`, which has fewer parameters. */
export const isFlux = (model: unknown): boolean => String(model).startsWith('flux');

/** A key, or else a temporary token; a server on this machine takes any key. */
export function secretFor(url: string, env: NodeJS.ProcessEnv): Auth | undefined {
  const apiKey = env['DEEPGRAM_API_KEY']?.trim();
  const accessToken = env['DEEPGRAM_ACCESS_TOKEN']?.trim();
  if (apiKey) return { apiKey };
  if (accessToken) return { accessToken };
  return isLoopback(new URL(url)) ? { apiKey: 'none-is-needed' } : undefined;
}
