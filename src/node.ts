/**
 * What only the sockets of Node, Bun and Deno can be given.
 * @module rx-deepgram/node
 */
export { nodeTransport, type NodeTransportOptions } from './transports/node.ts';
