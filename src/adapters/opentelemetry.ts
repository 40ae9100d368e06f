/**
 * Sessions for OpenTelemetry: metrics of all of them together, and a span for each connection. Needs `@opentelemetry/api`, and an SDK
 * that the app has set up.
 * @module rx-deepgram/opentelemetry
 */
import {
  type Attributes,
  type Context,
  context,
  type Meter,
  type MeterProvider,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Clock, ConnectionEnd, LiveTranscription } from '../index.ts';
import {
  BOUNDARIES,
  type ConnectionRecord,
  type SessionsSnapshot,
  watchSessions,
} from '../sessions/index.ts';

/** Options of {@link observeSessions}. */
export interface ObserveOptions {
  /** @defaultValue that of the app: `metrics.setGlobalMeterProvider()` */
  meterProvider?: MeterProvider;
  /** @defaultValue that of the app: `trace.setGlobalTracerProvider()` */
  tracerProvider?: TracerProvider;
  /** Set on all metrics and spans: a few values that distinguish your sessions, such as `server.address`. */
  attributes?: Attributes;
  /** Replaces time, for tests: the clock of the sessions. */
  clock?: Clock;
}

/** Sessions that OpenTelemetry observes; made by {@link observeSessions}. */
export interface ObservedSessions {
  /**
   * Counts this session from now on. Spans of its connections are children of the span that is active now, and get these
   * attributes.
   */
  add(live: LiveTranscription, attributes?: Attributes): void;
  /** Stops the metrics. */
  close(): void;
}

const NAME = 'rx-deepgram';

/**
 * Passes the counts of `watchSessions()` to OpenTelemetry when it collects, and records each delay of a word, each lateness of
 * the event loop and each connection.
 *
 * @example
 * ```ts
 * const sessions = observeSessions();
 * sessions.add(createLiveTranscription({ auth, listen }), { 'enduser.id': id });
 * ```
 */
export function observeSessions(options: ObserveOptions = {}): ObservedSessions {
  const { meterProvider = metrics, tracerProvider = trace, attributes = {}, clock } = options;
  const meter = (meterProvider as Pick<MeterProvider, 'getMeter'>).getMeter(NAME);
  const tracer = (tracerProvider as Pick<TracerProvider, 'getTracer'>).getTracer(NAME);
  const spans = new WeakMap<LiveTranscription, { parent: Context; own: Attributes }>();
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: [...BOUNDARIES] },
    });
  const wordDelay = histogram('deepgram.client.word.delay', 'From the end of a word to its transcript.');
  const loopLateness = histogram('deepgram.client.event_loop.lateness', 'How late a timer of one second is.');
  const sessions = watchSessions({
    ...(clock && { clock }),
    onWordDelay: (seconds, isFinal) =>
      wordDelay.record(seconds, { ...attributes, 'deepgram.transcript.final': isFinal }),
    onLoopLateness: (seconds) => loopLateness.record(seconds, attributes),
    onConnection(record, live) {
      const { parent, own } = spans.get(live) ?? { parent: context.active(), own: {} };
      const span = tracer.startSpan(
        'deepgram listen',
        {
          kind: SpanKind.CLIENT,
          startTime: record.beganAt,
          attributes: { ...attributes, ...own, ...describe(record) },
        },
        parent,
      );
      if (record.openedAt !== undefined) span.addEvent('open', record.openedAt);
      const { end } = record;
      if (isFailure(end))
        span.setStatus({ code: SpanStatusCode.ERROR, message: end.serverMessage ?? end.cause ?? end.kind });
      span.end(record.endedAt);
    },
  });
  const stop = observe(meter, () => sessions.snapshot(), attributes);
  return {
    add(live, own = {}) {
      spans.set(live, { parent: context.active(), own });
      sessions.add(live);
    },
    close: stop,
  };
}

/** A server that closes an idle connection cleanly has not failed. */
function isFailure(end: ConnectionEnd | undefined): end is ConnectionEnd {
  return end !== undefined && end.kind !== 'normal';
}

function describe({ connection, requestId, end }: ConnectionRecord): Attributes {
  return {
    'network.protocol.name': 'websocket',
    ...(connection !== undefined && { 'deepgram.connection.number': connection }),
    ...(requestId !== undefined && { 'deepgram.request.id': requestId }),
    ...(end && { 'deepgram.connection.end': end.kind }),
    ...(isFailure(end) && { 'error.type': end.kind }),
    ...(end?.status !== undefined && { 'http.response.status_code': end.status }),
    ...(end?.code !== undefined && { 'deepgram.close.code': end.code }),
  };
}

/** Read once for each collection, for all instruments. */
function observe(meter: Meter, snapshot: () => SessionsSnapshot, attributes: Attributes): () => void {
  const options = (unit: string, description: string) => ({ unit, description });
  const sessions = meter.createObservableUpDownCounter(
    'deepgram.client.sessions',
    options('{session}', 'Sessions that are not over, by state.'),
  );
  const ended = meter.createObservableCounter(
    'deepgram.client.sessions.ended',
    options('{session}', 'Sessions that are over, by outcome.'),
  );
  const attempts = meter.createObservableCounter(
    'deepgram.client.connection.attempts',
    options('{attempt}', 'Attempts to open a connection.'),
  );
  const opened = meter.createObservableCounter(
    'deepgram.client.connections.opened',
    options('{connection}', 'Connections that were opened.'),
  );
  const losses = meter.createObservableCounter(
    'deepgram.client.connection.losses',
    options('{connection}', 'Connections and attempts that ended against our will, by kind.'),
  );
  const keepAlives = meter.createObservableCounter(
    'deepgram.client.keepalives',
    options('{message}', 'KeepAlives that were sent.'),
  );
  const audio = meter.createObservableCounter(
    'deepgram.client.audio',
    options('s', 'Audio: accepted, confirmed, dropped, or unconfirmed when its session ended.'),
  );
  const pending = meter.createObservableUpDownCounter(
    'deepgram.client.audio.pending',
    options('s', 'Audio without a final result yet.'),
  );
  const backlog = meter.createObservableUpDownCounter(
    'deepgram.client.audio.backlog',
    options('s', 'Audio that waits to be sent.'),
  );
  const instruments = [sessions, ended, attempts, opened, losses, keepAlives, audio, pending, backlog];
  const collect: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const now = snapshot();
    for (const [state, count] of Object.entries(now.states))
      result.observe(sessions, count, { ...attributes, 'deepgram.session.state': state });
    for (const [outcome, count] of Object.entries(now.outcomes))
      result.observe(ended, count, { ...attributes, 'deepgram.session.outcome': outcome });
    for (const [kind, count] of Object.entries(now.losses))
      result.observe(losses, count, { ...attributes, 'deepgram.connection.end': kind });
    for (const fate of ['accepted', 'confirmed', 'dropped', 'unconfirmed'] as const)
      result.observe(audio, now.audio[fate], { ...attributes, 'deepgram.audio.fate': fate });
    result.observe(attempts, now.attempts, attributes);
    result.observe(opened, now.connections, attributes);
    result.observe(keepAlives, now.keepAlives, attributes);
    result.observe(pending, now.audio.pending, attributes);
    result.observe(backlog, now.audio.backlog, attributes);
  };
  meter.addBatchObservableCallback(collect, instruments);
  return () => meter.removeBatchObservableCallback(collect, instruments);
}
