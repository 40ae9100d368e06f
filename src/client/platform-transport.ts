import { transport } from '#transport';
import type { Transport } from '../transports/transport.ts';

/** The socket of this platform, for wrapping: `ws` in Node, Bun and Deno, `WebSocket` elsewhere. */
export const platformTransport: Transport = transport;
