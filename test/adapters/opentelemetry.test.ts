/** The adapter for OpenTelemetry with its real SDK: the exported data. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ObservedSessions, observeSessions } from '../../src/adapters/opentelemetry.ts';
import { Stage } from '../sessions/stage.ts';

let stage: Stage;
let metricsSeen: InMemoryMetricExporter;
let spansSeen: InMemorySpanExporter;
let meterProvider: MeterProvider;
let tracerProvider: BasicTracerProvider;
let sessions: ObservedSessions;

beforeEach(() => {
  stage = new Stage();
  metricsSeen = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metricsSeen, exportIntervalMillis: 1e6 })],
  });
  spansSeen = new InMemorySpanExporter();
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spansSeen)] });
  sessions = observeSessions({
    meterProvider,
    tracerProvider,
    clock: stage.clock,
    attributes: { 'server.address': 'deepgram' },
  });
});

afterEach(async () => {
  await meterProvider.shutdown();
  await tracerProvider.shutdown();
});

/** Values of the last collection, by their attributes. */
async function collected(): Promise<Map<string, { unit: string; points: Record<string, unknown> }>> {
  await meterProvider.forceFlush();
  const all = metricsSeen.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
  return new Map(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      {
        unit: descriptor.unit,
        points: Object.fromEntries(
          dataPoints.map(({ attributes: { 'server.address': address, ...own }, value }) => {
            expect(address).toBe('deepgram');
            return [Object.values(own).join(), value];
          }),
        ),
      },
    ]),
  );
}

test('the metrics have the names, units and values that are documented', async () => {
  const live = stage.begin();
  sessions.add(live);
  await stage.speak(live, 4);
  stage.server.closeAll(1011, '');
  await stage.speak(live, 3);
  const metrics = await collected();
  const units = Object.fromEntries([...metrics].map(([name, { unit }]) => [name, unit]));
  expect(units).toEqual({
    'deepgram.client.sessions': '{session}',
    'deepgram.client.sessions.ended': '{session}',
    'deepgram.client.connection.attempts': '{attempt}',
    'deepgram.client.connections.opened': '{connection}',
    'deepgram.client.connection.losses': '{connection}',
    'deepgram.client.keepalives': '{message}',
    'deepgram.client.audio': 's',
    'deepgram.client.audio.pending': 's',
    'deepgram.client.audio.backlog': 's',
    'deepgram.client.word.delay': 's',
    'deepgram.client.event_loop.lateness': 's',
  });
  const points = (name: string) => metrics.get(`deepgram.client.${name}`)?.points;
  expect(points('sessions')).toMatchObject({ streaming: 1, backoff: 0 });
  expect(points('connection.attempts')).toEqual({ '': 2 });
  expect(points('connection.losses')).toEqual({ 'server-error': 1 });
  expect(points('audio')).toMatchObject({ accepted: 7, dropped: 0 });
  const delays = points('word.delay')?.['true'] as Histogram | undefined;
  expect(delays?.count).toBeGreaterThan(0);
  live.abort();
  await stage.wait(1);
  const after = (await collected()).get('deepgram.client.sessions.ended');
  expect(after?.points).toEqual({ drained: 0, deadline: 0, aborted: 1, failed: 0 });
});

test('each connection is a span of a client, under the span that was active when its session was added', async () => {
  const call = tracerProvider.getTracer('app').startSpan('call');
  const live = stage.begin();
  // Without a context manager nothing is active; this one knows a single context.
  const active = trace.setSpan(context.active(), call);
  context.setGlobalContextManager({
    active: () => active,
    with: (_, run, that, ...values) => run.call(that as never, ...values),
    bind: (_, target) => target,
    enable: () => context as never,
    disable: () => context as never,
  });
  sessions.add(live, { 'enduser.id': '7' });
  context.disable();
  stage.server.refuse(503);
  await stage.speak(live, 5);
  stage.server.closeAll(1011, '');
  await stage.speak(live, 2);
  void live.close();
  await stage.wait(3);
  const spans = spansSeen.getFinishedSpans();
  expect(spans.map(({ attributes, status }) => [attributes['error.type'], status.code])).toEqual([
    ['server-unavailable', SpanStatusCode.ERROR],
    ['server-error', SpanStatusCode.ERROR],
    [undefined, SpanStatusCode.UNSET],
  ]);
  for (const span of spans) {
    expect(span).toMatchObject({ name: 'deepgram listen', kind: SpanKind.CLIENT });
    expect(span.attributes).toMatchObject({ 'server.address': 'deepgram', 'enduser.id': '7' });
    expect(span.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
  }
  expect(spans[0]?.attributes['http.response.status_code']).toBe(503);
  expect(spans[1]?.attributes).toMatchObject({
    'deepgram.connection.number': 1,
    'deepgram.close.code': 1011,
  });
  expect(spans[1]?.events.map(({ name }) => name)).toEqual(['open']);
  expect(spans[1]?.duration[0]).toBeGreaterThanOrEqual(3);
  expect(
    JSON.stringify(spans.map(({ attributes, events, status }) => ({ attributes, events, status }))),
  ).not.toMatch(/secret-that/);
});

test('makes no more calls after the close', async () => {
  sessions.close();
  const metrics = await collected();
  expect(metrics.get('deepgram.client.sessions')).toBeUndefined();
});
