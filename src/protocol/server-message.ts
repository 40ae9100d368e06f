/** All server messages of all APIs, unchanged. */
export type { ServerMessage } from './listen-v1/server-messages.ts';
