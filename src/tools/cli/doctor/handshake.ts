/** The handshake: checks credentials and parameters against Deepgram. */
import { firstValueFrom, toArray } from 'rxjs';
import {
  type Auth,
  type ConnectionEnd,
  createLiveTranscription,
  type EndKind,
  type LiveTranscriptionOptions,
  systemClock,
  TranscriptionError,
} from '../../../index.ts';
import { explain } from '../../../diagnosis/index.ts';
import { type CheckId, fail, type Finding, inMs, pass, skipped, warn } from './finding.ts';

/** Inputs of a session; tests replace clock and transport. */
export type SessionOptions = Pick<LiveTranscriptionOptions, 'baseUrl' | 'listen' | 'clock' | 'transport'>;

/** Ends caused by credentials or parameters. All others come from the network. */
const BLAMED: Partial<Record<EndKind, CheckId>> = {
  unauthorized: 'credentials',
  'payment-required': 'credentials',
  forbidden: 'credentials',
  'bad-request': 'parameters',
};

/** Three findings from one handshake. Checks that need no server run even if it is unreachable. */
export async function examineHandshake(
  session: SessionOptions,
  secret: Auth | undefined,
  isReachable: boolean,
): Promise<Finding[]> {
  const badSecret = examineSecret(secret);
  const badParameters = examineLocally(session);
  if (badSecret || badParameters || !secret || !isReachable) {
    const why = badSecret ? 'credentials are missing' : 'the parameters cannot be sent';
    return [
      skipped('handshake', isReachable ? why : 'the server is unreachable'),
      badSecret ?? skipped('credentials', 'not tried'),
      badParameters ?? skipped('parameters', 'plausible, not tried'),
    ];
  }
  const { tookMs, requestId, end, advice } = await shakeHands(session, secret);
  if (!end) {
    const evidence = { tookMs, ...(requestId !== undefined && { requestId }) };
    return [
      pass(
        'handshake',
        `open after ${inMs(tookMs)}${requestId === undefined ? '' : `, request ${requestId}`}`,
        evidence,
      ),
      pass('credentials', `accepted (${'apiKey' in secret ? 'API key' : 'temporary token'})`),
      examineAdvice(session, advice),
    ];
  }
  return blame(end, tookMs);
}

/** Checks the form of the secret, without printing it. */
function examineSecret(secret: Auth | undefined): Finding | undefined {
  const set =
    'Set DEEPGRAM_API_KEY to a key from https://console.deepgram.com, or DEEPGRAM_ACCESS_TOKEN to a temporary token.';
  if (!secret) return fail('credentials', 'missing', set);
  const isKey = 'apiKey' in secret;
  const [value = ''] = Object.values(secret) as string[];
  const name = isKey ? 'DEEPGRAM_API_KEY' : 'DEEPGRAM_ACCESS_TOKEN';
  if (/^(token|bearer) /i.test(value)) {
    return fail(
      'credentials',
      `${name} begins with its scheme`,
      'Pass the key alone: “Token” or “Bearer” is added when it is sent.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(value) || /^["'].*["']$/.test(value)) {
    return fail(
      'credentials',
      `${name} contains quotes, blanks or other invalid characters`,
      'Copy the key again, without quotes.',
    );
  }
  const isToken = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
  if (isToken && isKey) {
    return fail(
      'credentials',
      'DEEPGRAM_API_KEY contains a temporary token (JWT)',
      'Use DEEPGRAM_ACCESS_TOKEN: a token needs another scheme.',
    );
  }
  return undefined;
}

/** Parameters that the library refuses. */
function examineLocally(session: SessionOptions): Finding | undefined {
  try {
    createLiveTranscription({ ...session, auth: { apiKey: 'none' } }).abort();
    return undefined;
  } catch (error) {
    if (!(error instanceof TranscriptionError)) throw error;
    return fail(
      'parameters',
      error.message
        .replace(error.remedy, '')
        .replace(/^[\w-]+: /, '')
        .trim(),
      error.remedy,
    );
  }
}

interface Handshake {
  tookMs: number;
  requestId?: string | undefined;
  end?: ConnectionEnd;
  /** Notices of the library about valid parameters. */
  advice: { parameter: string; advice: string }[];
}

async function shakeHands(session: SessionOptions, auth: Auth): Promise<Handshake> {
  const { clock = systemClock, transport } = session;
  const live = createLiveTranscription({ ...session, auth, ...(transport && { transport }) });
  const notices = firstValueFrom(live.notices$.pipe(toArray()));
  const began = clock.now();
  const outcome = new Promise<ConnectionEnd | undefined>((resolve) => {
    live.actor.on('connection.opened', () => resolve(undefined));
    live.actor.on('connection.lost', ({ end }) => resolve(end));
  });
  let requestId: string | undefined;
  live.messages$.subscribe((message) => {
    const { request_id: id } = message as { request_id?: string };
    requestId ??= id;
  });
  live.connect();
  const end = await outcome;
  const tookMs = clock.now() - began;
  // Requests Metadata, which has the request id.
  await live.close();
  const advice = (await notices).flatMap(({ code, evidence }) =>
    code === 'parameters-doubtful' ? [evidence as unknown as Handshake['advice'][number]] : [],
  );
  return { tookMs, requestId, advice, ...(end && { end }) };
}

function blame(end: ConnectionEnd, tookMs: number): Finding[] {
  const { cause, remedy } = explain(end);
  const { kind, code, status, serverMessage, requestId } = end;
  const said = [
    serverMessage?.replace(/\.$/, ''),
    requestId === undefined ? undefined : `request ${requestId}`,
  ]
    .filter(Boolean)
    .join(', ');
  const number = status === undefined ? code : `HTTP ${status}`;
  const summary = `${number === undefined ? '' : `${number} `}${kind}${said === '' ? '' : ` (${said})`}`;
  const culprit = BLAMED[kind] ?? 'handshake';
  const isKnown = culprit !== 'handshake';
  const evidence = {
    kind,
    tookMs,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  };
  const guilty = fail(culprit, summary, `${cause} ${remedy}`, evidence);
  const innocent = {
    handshake: pass('handshake', `the server answers, ${inMs(tookMs)}`, { tookMs }),
    credentials:
      culprit === 'parameters' ? pass('credentials', 'accepted') : skipped('credentials', 'not checked'),
    parameters: skipped('parameters', isKnown ? 'not checked: credentials come first' : 'not checked'),
  };
  return (['handshake', 'credentials', 'parameters'] as const).map((id) =>
    id === culprit ? guilty : innocent[id],
  );
}

function examineAdvice({ listen = {} }: SessionOptions, advice: Handshake['advice']): Finding {
  const shown = Object.entries(listen)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
  const [first] = advice;
  if (!first) return pass('parameters', `accepted: ${shown === '' ? 'none' : shown}`);
  const regrets = advice.map((each) => `${each.parameter}: ${each.advice}`).join('; ');
  return warn('parameters', 'accepted, but rarely intended', `${regrets}.`, {
    parameters: advice.map((each) => each.parameter).join(' '),
  });
}
