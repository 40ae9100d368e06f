/**
 * Options for the sockets of Node, Bun and Deno.
 * @module rx-deepgram/node
 */
export { nodeTransport, type NodeTransportOptions } from './transports/node.ts';
