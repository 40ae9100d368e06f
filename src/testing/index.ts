/**
 * A Deepgram emulator with faults, virtual time, a virtual network, and test speech whose words can be checked one by one.
 * @module rx-deepgram/testing
 */
export type { CallProvider, CallScript } from './calls/call-script.ts';
export type { LostAudio } from './calls/plan-call.ts';
export { dialCall } from './calls/dial-call.ts';
export type { PlayedCall, PlayOptions } from './calls/performance.ts';
export { playCall, type SimulatedSocket } from './calls/play-call.ts';
export { VirtualClock, type VirtualClockOptions } from './clock/virtual-clock.ts';
export { VirtualEventLoop } from './clock/virtual-event-loop.ts';
export type { ReceivedMessage } from './emulator/connection-log.ts';
export type { ConnectionWire } from './emulator/connection.ts';
export { acceptsPlausibleCredentials, type AuthVerdict } from './emulator/credentials.ts';
export type { EmulatedEnd, EmulatedConnection } from './emulator/emulated-connection.ts';
export {
  Emulator,
  type HandshakeOutcome,
  type RefusedHandshake,
  type SentFinal,
} from './emulator/emulator.ts';
export type { EmulatorEvent } from './emulator/events.ts';
export {
  BadFault,
  describeFault,
  type FaultOrder,
  type FaultTarget,
  parseFault,
} from './emulator/fault-orders.ts';
export type { FaultName } from './emulator/fault-table.ts';
export {
  type ConnectionFault,
  type Fault,
  type HandshakeFault,
  type Span,
  type When,
  blackhole,
  close,
  cut,
  drop,
  dropOnCloseStream,
  duplicateResults,
  flap,
  halfOpen,
  hang,
  loseMessages,
  malformed,
  mute,
  refuse,
  reorderResults,
  slow,
  stallResults,
  throttle,
} from './emulator/faults.ts';
export type { HandshakeRequest, Refusal } from './emulator/handshake.ts';
export { type EmulatorOptions, type EmulatorSettings, LIMIT_NAMES, type Limits } from './emulator/options.ts';
export { type Disagreement, READINGS, type ReadingName, type Readings } from './emulator/readings.ts';
export { type EmulatorServer, type EmulatorServerOptions, startEmulator } from './emulator/server.ts';
export type { MuxOptions, MuxedStream } from './media/muxed-stream.ts';
export { muxOgg } from './media/ogg.ts';
export { type PcmEncoding, encodePcm } from './media/pcm.ts';
export { muxWav } from './media/wav.ts';
export { muxWebm } from './media/webm.ts';
export type { LinkConditions } from './network/link-conditions.ts';
export type { OutboundFrame } from './network/outbound-log.ts';
export { seededRandom } from './network/random.ts';
export type { Direction, VirtualLink } from './network/virtual-link.ts';
export { VirtualNetwork, type VirtualNetworkOptions } from './network/virtual-network.ts';
export { numberedRecogniser, speakNumbered } from './recognisers/numbered.ts';
export type {
  HeardWord,
  Recogniser,
  RecogniserFactory,
  RecogniserFormat,
  RecogniserListener,
} from './recognisers/recogniser.ts';
export {
  type SpeechOptions,
  type SpeechStep,
  count,
  interleave,
  speak,
  speakScript,
} from './recognisers/tone-speaker.ts';
export { FRAGMENT, toneRecogniser } from './recognisers/tone.ts';
export type { VoskFileOptions } from './recognisers/vosk/files.ts';
export { startVosk, type VoskHost, type VoskOptions } from './recognisers/vosk/host.ts';
export { memoryStore, type MemoryStoreOptions } from './store/memory-store.ts';
export type { ContractSettings } from './store/contract-room.ts';
export { type ContractClause, storeContract, type StoreUnderTest } from './store/store-contract.ts';
