/**
 * The decision on each end of a connection in each situation: the specification as data. `docs/machine.md` shows it, and a test
 * compares it with `decideRecovery`. A new kind of end does not compile until it is here.
 */
import type { RecoveryDecision, RecoveryHistory } from '../../src/connection/recovery-policy.ts';
import type { EndKind } from '../../src/protocol/connection-end.ts';

/** Settings that distinguish all situations. */
export const SETTINGS = {
  suspendAfterFailures: 20,
  suspendAfterMs: 60_000,
  giveUpAfterMs: 600_000,
  probeMs: 30_000,
};

const FRESH: RecoveryHistory = {
  failures: 0,
  serverSilences: 0,
  outageMs: 0,
  reauthorised: false,
  hasOpened: false,
  foreignRefusals: 0,
  sinceLastEndMs: Infinity,
  canReauthorise: true,
  pendingAudio: true,
  flowingAudio: true,
  everConfirmed: false,
  closing: false,
};

/** The situations, by the headings of their columns. */
export const SITUATIONS = {
  'first failure, audio pending': FRESH,
  '… nothing pending': { ...FRESH, pendingAudio: false, flowingAudio: false },
  '… pending, none coming': { ...FRESH, flowingAudio: false },
  '… the same once more': { ...FRESH, flowingAudio: false, failures: 1 },
  '… a second time': { ...FRESH, failures: 1, serverSilences: 1, reauthorised: true },
  '… again, after results': { ...FRESH, failures: 1, serverSilences: 1, everConfirmed: true },
  '… the key is fixed': { ...FRESH, canReauthorise: false },
  'long outage': { ...FRESH, outageMs: 60_000, everConfirmed: true },
  'twenty failures before': { ...FRESH, failures: 20, everConfirmed: true },
  'past `giveUpAfterMs`': { ...FRESH, outageMs: 600_000, everConfirmed: true },
  'closing, audio pending': { ...FRESH, closing: true },
  'closing, nothing pending': { ...FRESH, closing: true, pendingAudio: false, flowingAudio: false },
} satisfies Record<string, RecoveryHistory>;

export type SituationName = keyof typeof SITUATIONS;

const BASE: Record<SituationName, RecoveryDecision> = {
  'first failure, audio pending': 'retry',
  '… nothing pending': 'retry',
  '… pending, none coming': 'retry',
  '… the same once more': 'retry',
  '… a second time': 'retry',
  '… again, after results': 'retry',
  '… the key is fixed': 'retry',
  'long outage': 'suspend',
  'twenty failures before': 'suspend',
  'past `giveUpAfterMs`': 'fail',
  'closing, audio pending': 'retry',
  'closing, nothing pending': 'finish',
};

/** The failure may be temporary: retry, for an idle connection too. */
const SOON = BASE;
/** The server ended an idle connection: another one without audio would end the same way. */
const WITH_AUDIO: typeof BASE = {
  ...BASE,
  '… nothing pending': 'rest',
  '… the same once more': 'rest',
};
/** The same request would meet the same answer. */
const NEVER: typeof BASE = {
  'first failure, audio pending': 'fail',
  '… nothing pending': 'fail',
  '… pending, none coming': 'fail',
  '… the same once more': 'fail',
  '… a second time': 'fail',
  '… again, after results': 'fail',
  '… the key is fixed': 'fail',
  'long outage': 'fail',
  'twenty failures before': 'fail',
  'past `giveUpAfterMs`': 'fail',
  'closing, audio pending': 'fail',
  'closing, nothing pending': 'finish',
};

export const DECISIONS: Record<EndKind, Record<SituationName, RecoveryDecision>> = {
  normal: WITH_AUDIO,
  'no-status': SOON,
  'network-lost': SOON,
  'ping-timeout': SOON,
  'going-away': SOON,
  'service-restart': SOON,
  'try-again-later': SOON,
  'application-close': SOON,
  // Twice, and never a result: the audio is not what was declared.
  'server-silent': { ...WITH_AUDIO, '… a second time': 'fail' },
  'client-silent': WITH_AUDIO,
  'no-audio': WITH_AUDIO,
  'server-error': SOON,
  'undecodable-audio': NEVER,
  'protocol-refused': NEVER,
  'bad-request': NEVER,
  // Once, and only if the next token can be another one.
  unauthorized: { ...SOON, '… a second time': 'fail', '… the key is fixed': 'fail' },
  'payment-required': NEVER,
  forbidden: NEVER,
  'not-found': NEVER,
  refused: NEVER,
  'rate-limited': SOON,
  'server-unavailable': SOON,
  'connect-timeout': SOON,
  'not-ready': SOON,
  stalled: SOON,
  'certificate-refused': NEVER,
  'no-tls': NEVER,
  'connection-refused': SOON,
  'host-not-found': SOON,
  'credentials-failed': SOON,
  'credentials-timeout': SOON,
};

export const KINDS = Object.keys(DECISIONS) as EndKind[];
