/**
 * Positions in the picture, set by hand. States and transitions come from the machine; a test fails if the two disagree.
 */
import { BACKOFF } from '../../../connection/backoff.ts';
import { CONNECTION_DEFAULTS } from '../../../connection/context.ts';

const { keepAliveMs } = CONNECTION_DEFAULTS;
export const seconds = (ms: number): string => `${ms / 1000} s`;

export const WIDTH = 1200;
export const HEIGHT = 800;

/** The kind of a state, which is its colour. */
export type Kind = 'resting' | 'opening' | 'live' | 'waiting' | 'closed' | 'failed';

export interface Box {
  kind: Kind;
  /** Centre, width and height. */
  x: number;
  y: number;
  w: number;
  h: number;
  caption: string[];
  /** The transitions of the caption, by id. */
  draws?: string[];
}

/** Centres of the rows. */
export const ROW_1 = 176;
export const ROW_2 = 376;
export const MIDDLE = (ROW_1 + ROW_2) / 2;
export const ROW_3 = 594;

export const BOXES: Record<string, Box> = {
  dormant: { kind: 'resting', x: 94, y: ROW_1, w: 136, h: 70, caption: ['no audio'] },
  connecting: { kind: 'opening', x: 362, y: ROW_1, w: 144, h: 70, caption: ['the first attempt'] },
  reconnecting: { kind: 'opening', x: 362, y: ROW_2, w: 144, h: 70, caption: ['… then replay'] },
  queued: { kind: 'waiting', x: 362, y: MIDDLE, w: 144, h: 52, caption: ['waits for a place'] },
  streaming: { kind: 'live', x: 664, y: ROW_1, w: 160, h: 70, caption: ['audio flows'] },
  'idle-keepalive': {
    kind: 'live',
    x: 664,
    y: ROW_2,
    w: 160,
    h: 70,
    caption: [`KeepAlive every ${seconds(keepAliveMs)}`],
  },
  draining: { kind: 'live', x: 870, y: MIDDLE, w: 132, h: 84, caption: ['the rest, then', 'CloseStream'] },
  'closed-1011': { kind: 'waiting', x: 926, y: ROW_3, w: 136, h: 70, caption: ['by the server'] },
  backoff: {
    kind: 'waiting',
    x: 440,
    y: ROW_3,
    w: 128,
    h: 70,
    caption: [`jitter, up to ${seconds(BACKOFF.capMs)}`],
  },
  suspended: { kind: 'waiting', x: 270, y: ROW_3, w: 128, h: 70, caption: ['a long outage'] },
  closed: { kind: 'closed', x: 1118, y: MIDDLE, w: 112, h: 70, caption: ['by the user'] },
  failed: { kind: 'failed', x: 1118, y: 702, w: 112, h: 66, caption: ['no retry helps'] },
};

/** The parent: left, top, width and height. */
export const FRAMES: Record<string, { x: number; y: number; w: number; h: number; caption: string }> = {
  attached: {
    x: 274,
    y: 78,
    w: 690,
    h: 396,
    caption: 'a socket is alive, or being made; leaving lets go of it',
  },
};

/** Decisions, taken at once: `opened` is an event with several targets, `deciding` a state that lasts no time. */
export const FORKS = {
  opened: { x: 472, y: MIDDLE, w: 32, h: 266, text: 'socket.opened', caption: '' },
  deciding: { x: 706, y: ROW_3, w: 176, h: 54, text: 'deciding', caption: 'decideRecovery()' },
};
