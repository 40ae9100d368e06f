/** Everything that the server may say on any API, as it says it. */
export type { ServerMessage } from './listen-v1/server-messages.ts';
