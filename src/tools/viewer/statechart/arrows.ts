/** The path and the label of every arrow; see `layout.ts`. */
import { CONNECTION_DEFAULTS } from '../../../connection/context.ts';
import { MIDDLE, ROW_1, ROW_2, ROW_3, seconds } from './layout.ts';

const { keepAliveMs, suspendAfterFailures, suspendAfterMs, probeMs, drainMs } = CONNECTION_DEFAULTS;

export type Tone = 'start' | 'open' | 'live' | 'lost' | 'fail' | 'end';

export interface Label {
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  /** Events upright, one a line; `~` marks a condition. */
  lines: string[];
}

export interface Edge {
  /** Its transitions, by id. */
  draws: string[];
  /** Further transitions that share this path, and belong to other arrows. */
  carries?: RegExp;
  tone: Tone;
  points: [number, number][];
  labels?: Label[];
  /** Ends at a fork or a line, without an arrowhead. */
  headless?: boolean;
}

/** An outcome of the recovery decision. */
const decided = (name: string, target: string): string[] => [`deciding always [decided ${name}] > ${target}`];

const opened = (guard: string, target: string): string[] =>
  ['connecting', 'reconnecting'].map((source) => `${source} socket.opened${guard} > ${target}`);

export const EDGES: Edge[] = [
  // Opening.
  {
    draws: ['dormant audio.pending > connecting', 'dormant user.connect > connecting'],
    tone: 'open',
    points: [
      [162, ROW_1],
      [290, ROW_1],
    ],
    labels: [{ x: 218, y: ROW_1 - 11, anchor: 'middle', lines: ['user.connect', 'audio.pending'] }],
  },
  {
    draws: [
      'dormant audio.pending [hasTried] > reconnecting',
      'dormant always [isAudioWaiting] > reconnecting',
      'dormant user.close [hasAudio] > reconnecting',
    ],
    tone: 'open',
    points: [
      [120, ROW_1 + 35],
      [120, ROW_2],
      [290, ROW_2],
    ],
    labels: [
      { x: 132, y: ROW_2 - 10, anchor: 'start', lines: ['audio.pending', '~any later time'] },
      { x: 132, y: ROW_2 + 40, anchor: 'start', lines: ['user.close', '~audio pending'] },
    ],
  },
  {
    draws: [],
    carries: /^connecting socket\.opened/,
    tone: 'open',
    points: [
      [434, ROW_1],
      [456, ROW_1],
    ],
    headless: true,
  },
  {
    draws: [],
    carries: /^reconnecting socket\.opened/,
    tone: 'open',
    points: [
      [434, ROW_2],
      [456, ROW_2],
    ],
    headless: true,
  },
  {
    draws: opened(' [hasAudio]', 'streaming'),
    tone: 'live',
    points: [
      [488, ROW_1],
      [584, ROW_1],
    ],
    labels: [{ x: 536, y: ROW_1 - 10, anchor: 'middle', lines: ['~with audio'] }],
  },
  {
    draws: opened('', 'idle-keepalive'),
    tone: 'live',
    points: [
      [488, ROW_2],
      [584, ROW_2],
    ],
    labels: [{ x: 536, y: ROW_2 - 10, anchor: 'middle', lines: ['~no audio'] }],
  },
  {
    draws: opened(' [isClosing]', 'draining'),
    tone: 'end',
    points: [
      [472, MIDDLE + 133],
      [472, 446],
      [904, 446],
      [904, MIDDLE + 42],
    ],
    labels: [{ x: 490, y: 437, anchor: 'start', lines: ['~closing'] }],
  },
  {
    draws: ['connecting place.awaited > queued'],
    tone: 'open',
    points: [
      [302, ROW_1 + 35],
      [302, MIDDLE - 26],
    ],
    labels: [{ x: 309, y: MIDDLE - 40, anchor: 'start', lines: ['place.awaited'] }],
  },
  {
    draws: ['reconnecting place.awaited > queued'],
    tone: 'open',
    points: [
      [302, ROW_2 - 35],
      [302, MIDDLE + 26],
    ],
  },
  {
    draws: ['queued place.granted [isFirstAttempt] > connecting'],
    tone: 'open',
    points: [
      [424, MIDDLE - 26],
      [424, ROW_1 + 35],
    ],
  },
  {
    draws: ['queued place.granted > reconnecting'],
    tone: 'open',
    points: [
      [424, MIDDLE + 26],
      [424, ROW_2 - 35],
    ],
    labels: [{ x: 417, y: MIDDLE + 50, anchor: 'end', lines: ['place.granted'] }],
  },
  // Open.
  {
    draws: ['streaming audio.idle > idle-keepalive'],
    tone: 'live',
    points: [
      [650, ROW_1 + 35],
      [650, ROW_2 - 35],
    ],
    labels: [
      { x: 641, y: MIDDLE + 14, anchor: 'end', lines: ['audio.idle', `~${seconds(keepAliveMs)} of silence`] },
    ],
  },
  {
    draws: ['idle-keepalive audio.pending > streaming'],
    tone: 'live',
    points: [
      [678, ROW_2 - 35],
      [678, ROW_1 + 35],
    ],
    labels: [{ x: 687, y: MIDDLE + 5, anchor: 'start', lines: ['audio.pending'] }],
  },
  {
    draws: ['streaming user.close > draining'],
    tone: 'end',
    points: [
      [744, ROW_1],
      [846, ROW_1],
      [846, MIDDLE - 42],
    ],
    labels: [{ x: 752, y: ROW_1 - 10, anchor: 'start', lines: ['user.close'] }],
  },
  {
    draws: ['idle-keepalive user.close > draining', 'idle-keepalive idle.elapsed > draining'],
    tone: 'end',
    points: [
      [744, ROW_2],
      [846, ROW_2],
      [846, MIDDLE + 42],
    ],
    labels: [{ x: 752, y: ROW_2 + 40, anchor: 'start', lines: ['user.close', 'idle.elapsed'] }],
  },
  {
    draws: ['attached drain.completed [isClosing] > closed'],
    tone: 'end',
    points: [
      [936, MIDDLE],
      [1062, MIDDLE],
    ],
    labels: [{ x: 972, y: MIDDLE - 10, anchor: 'start', lines: ['drained', '~closing'] }],
  },
  {
    draws: ['attached drain.completed > dormant', 'draining after.drain [isResting] > dormant'],
    tone: 'end',
    points: [
      [904, MIDDLE - 42],
      [904, 42],
      [112, 42],
      [112, ROW_1 - 35],
    ],
    labels: [
      {
        x: 620,
        y: 32,
        anchor: 'middle',
        lines: [`drained ~after idle.elapsed~, or no answer within ${seconds(drainMs)}`],
      },
    ],
  },
  // Lost.
  {
    draws: ['attached socket.ended > deciding', 'attached socket.stalled > deciding'],
    tone: 'lost',
    points: [
      [660, 474],
      [660, ROW_3 - 27],
    ],
    labels: [{ x: 650, y: 526, anchor: 'end', lines: ['socket.ended', 'socket.stalled'] }],
  },
  {
    draws: [
      'attached socket.ended [isInternalError] > closed-1011',
      'attached socket.stalled [isInternalError] > closed-1011',
    ],
    tone: 'lost',
    points: [
      [926, 474],
      [926, ROW_3 - 35],
    ],
    labels: [{ x: 916, y: 526, anchor: 'end', lines: ['socket.ended', '~with code 1011'] }],
  },
  {
    draws: ['closed-1011 after.0 > deciding'],
    tone: 'lost',
    points: [
      [858, ROW_3],
      [794, ROW_3],
    ],
  },
  {
    draws: decided('retry', 'backoff'),
    tone: 'lost',
    points: [
      [618, ROW_3],
      [504, ROW_3],
    ],
    labels: [{ x: 564, y: ROW_3 - 10, anchor: 'middle', lines: ['retry'] }],
  },
  {
    draws: decided('suspend', 'suspended'),
    tone: 'lost',
    points: [
      [644, ROW_3 + 27],
      [644, 668],
      [270, 668],
      [270, ROW_3 + 35],
    ],
    labels: [
      {
        x: 632,
        y: 659,
        anchor: 'end',
        lines: [`suspend ~after ${seconds(suspendAfterMs)} or ${suspendAfterFailures} failures`],
      },
    ],
  },
  {
    draws: decided('rest', 'dormant'),
    tone: 'lost',
    points: [
      [680, ROW_3 + 27],
      [680, 718],
      [68, 718],
      [68, ROW_1 + 35],
    ],
    labels: [{ x: 632, y: 709, anchor: 'end', lines: ['rest ~no audio to send'] }],
  },
  {
    draws: ['deciding always > failed'],
    tone: 'fail',
    points: [
      [732, ROW_3 + 27],
      [732, 702],
      [1062, 702],
    ],
    labels: [{ x: 748, y: 693, anchor: 'start', lines: ['fail ~fatal, or out of time'] }],
  },
  {
    draws: decided('finish', 'closed'),
    tone: 'end',
    points: [
      [768, ROW_3 + 27],
      [768, 656],
      [1118, 656],
      [1118, MIDDLE + 35],
    ],
    labels: [{ x: 784, y: 648, anchor: 'start', lines: ['finish ~closing, all confirmed'] }],
  },
  // Waiting.
  {
    draws: [
      'backoff after.backoff > reconnecting',
      'backoff network.online > reconnecting',
      'backoff user.connect > reconnecting',
      'backoff user.close [hasAudio] > reconnecting',
    ],
    tone: 'open',
    points: [
      [404, ROW_3 - 35],
      [404, ROW_2 + 35],
    ],
    labels: [
      {
        x: 414,
        y: 548,
        anchor: 'start',
        lines: ['after the delay', 'network.online', 'user.connect', 'user.close'],
      },
    ],
  },
  {
    draws: [
      'suspended after.probe > reconnecting',
      'suspended network.online > reconnecting',
      'suspended user.connect > reconnecting',
      'suspended audio.pending [wasIdle] > reconnecting',
      'suspended user.close [hasAudio] > reconnecting',
    ],
    tone: 'open',
    points: [
      [318, ROW_3 - 35],
      [318, ROW_2 + 35],
    ],
    labels: [
      {
        x: 308,
        y: 546,
        anchor: 'end',
        lines: [
          `every ${seconds(probeMs)}`,
          'network.online, user.connect',
          'audio.pending ~after idling',
          'user.close ~with audio',
        ],
      },
    ],
  },
  // Ending.
  {
    draws: [
      'anywhere user.abort > closed',
      'anywhere deadline.passed > closed',
      'dormant user.close > closed',
      'connecting user.close > closed',
      'reconnecting user.close > closed',
      'queued user.close > closed',
      'closed-1011 user.close > closed',
      'backoff user.close > closed',
      'suspended user.close > closed',
    ],
    tone: 'end',
    points: [
      [1118, 144],
      [1118, MIDDLE - 35],
    ],
    labels: [
      {
        x: 1176,
        y: 130,
        anchor: 'end',
        lines: ['~from everywhere', 'user.abort', 'deadline.passed', 'user.close', '~nothing pending'],
      },
    ],
  },
];
