/** The handshake: whether Deepgram lets us in, and what it thinks of the credentials and parameters. */
import { firstValueFrom, toArray } from 'rxjs';
import {
  type Auth,
  type ConnectionEnd,
  createLiveTranscription,
  type EndKind,
  explain,
  type LiveTranscriptionOptions,
  systemClock,
  TranscriptionError,
} from '../../index.ts';
import { type CheckId, fail, type Finding, inMs, pass, skipped, warn } from './finding.ts';

/** Everything a session needs; clock and transport are replaced in tests. */
export type SessionOptions = Pick<LiveTranscriptionOptions, 'baseUrl' | 'listen' | 'clock' | 'transport'>;

/** Ends that are about who we are, and about what we asked for. All others are the network's. */
const BLAMED: Partial<Record<EndKind, CheckId>> = {
  unauthorized: 'credentials',
  'payment-required': 'credentials',
  forbidden: 'credentials',
  'bad-request': 'parameters',
};

/** The three lines that one handshake answers. What can be seen without one is seen even if the server is out of reach. */
export async function examineHandshake(
  session: SessionOptions,
  secret: Auth | undefined,
  isReachable: boolean,
): Promise<Finding[]> {
  const badSecret = examineSecret(secret);
  const badParameters = examineLocally(session);
  if (badSecret || badParameters || !secret || !isReachable) {
    const why = badSecret ? 'without credentials there is none' : 'the parameters cannot be sent';
    return [
      skipped('handshake', isReachable ? why : 'the server is out of reach'),
      badSecret ?? skipped('credentials', 'were not tried'),
      badParameters ?? skipped('parameters', 'are plausible, and were not tried'),
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

/** By looking at it, and without showing it. */
function examineSecret(secret: Auth | undefined): Finding | undefined {
  const set =
    'Set DEEPGRAM_API_KEY to a key from https://console.deepgram.com, or DEEPGRAM_ACCESS_TOKEN to a temporary token.';
  if (!secret) return fail('credentials', 'there are none', set);
  const isKey = 'apiKey' in secret;
  const [value = ''] = Object.values(secret) as string[];
  const name = isKey ? 'DEEPGRAM_API_KEY' : 'DEEPGRAM_ACCESS_TOKEN';
  if (/^(token|bearer) /i.test(value)) {
    return fail(
      'credentials',
      `${name} begins with its scheme`,
      'Give the key alone: “Token” and “Bearer” are added when it is sent.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(value) || /^["'].*["']$/.test(value)) {
    return fail(
      'credentials',
      `${name} holds quotes, blanks or other characters that no key has`,
      'Copy the key anew, without quotes.',
    );
  }
  const isToken = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
  if (isToken && isKey) {
    return fail(
      'credentials',
      'DEEPGRAM_API_KEY holds a temporary token (JWT)',
      'Put it into DEEPGRAM_ACCESS_TOKEN: it is sent under another scheme.',
    );
  }
  return undefined;
}

/** What the library itself refuses to send. */
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
  /** What the library has to say about parameters that are allowed. */
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
  // Of an open connection this asks for Metadata, which is what names the request.
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
      culprit === 'parameters' ? pass('credentials', 'accepted') : skipped('credentials', 'were not judged'),
    parameters: skipped(
      'parameters',
      isKnown ? 'were not judged: credentials come first' : 'were not judged',
    ),
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
  return warn('parameters', 'accepted, and seldom what people want', `${regrets}.`, {
    parameters: advice.map((each) => each.parameter).join(' '),
  });
}
