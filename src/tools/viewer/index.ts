/** The public names of `rx-deepgram/viewer`. */
export { mountViewer, type Viewer, type ViewerOptions } from './mount.ts';
export { type OutboundMessage, watchWire, type Wire, type WireOptions } from './wire.ts';
