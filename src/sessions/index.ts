/** `rx-deepgram/sessions`: for processes with many sessions. */
export { connectionLimit, type SharedConnectionLimit } from './connection-limit.ts';
