/**
 * Telephone calls as sources of audio.
 * @module rx-deepgram/telephony
 */
export type { CallOptions } from './call-options.ts';
export { type CallRegistry, type CallRegistryOptions, callRegistry } from './call-registry.ts';
export type { CallSocket, SocketMessage } from './call-socket.ts';
export type { CallEncoding, Dialect, DialectEvent, DialectField } from './dialect.ts';
export { fromCall, fromTelnyx, fromTwilio, fromVonage } from './from-call.ts';
export type {
  CallAudio,
  CallControl,
  CallCounts,
  CallDetails,
  CallEnd,
  CallListen,
  CallNotice,
  CallNoticeCode,
  CallStream,
  CallTrack,
  PhoneCall,
} from './phone-call.ts';
