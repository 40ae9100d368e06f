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
import { createLiveTranscription, type LiveTranscription } from '../../src/index.ts';
import { Emulator, numberedRecogniser, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { settle } from '../system/clocks.ts';
import { bytesOf, RATE, sampleOf } from '../system/voice.ts';

let clock: VirtualClock;
let server: Emulator;
let network: VirtualNetwork;
let metricsSeen: InMemoryMetricExporter;
let spansSeen: InMemorySpanExporter;
let meterProvider: MeterProvider;
let tracerProvider: BasicTracerProvider;
let sessions: ObservedSessions;

beforeEach(() => {
  clock = new VirtualClock();
  server = new Emulator({ clock, recogniser: numberedRecogniser });
  network = new VirtualNetwork(server);
  metricsSeen = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metricsSeen, exportIntervalMillis: 1e6 })],
  });
  spansSeen = new InMemorySpanExporter();
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spansSeen)] });
  sessions = observeSessions({
    meterProvider,
    tracerProvider,
    clock,
    attributes: { 'server.address': 'deepgram' },
  });
});

afterEach(async () => {
  await meterProvider.shutdown();
  await tracerProvider.shutdown();
});

function begin(): LiveTranscription {
  return createLiveTranscription({
    auth: { apiKey: 'secret-that-nobody-may-see' },
    listen: {
      model: 'nova-3',
      encoding: 'linear16',
      sample_rate: RATE,
      interim_results: true,
      endpointing: 300,
    },
    clock,
    seed: 1,
    transport: network.transport,
  });
}

async function wait(seconds: number): Promise<void> {
  for (let left = Math.round(seconds * 10); left > 0; left -= 1) {
    await settle();
    clock.advance(100);
  }
  await settle();
}

async function speak(live: LiveTranscription, seconds: number): Promise<void> {
  for (let said = 0; said < seconds * RATE; said += RATE / 10) {
    live.send(bytesOf(Int16Array.from({ length: RATE / 10 }, (_, index) => sampleOf(said + index))));
    await wait(0.1);
  }
}

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
  const live = begin();
  sessions.add(live);
  await speak(live, 4);
  server.closeAll(1011, '');
  await speak(live, 3);
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
  await wait(1);
  const after = (await collected()).get('deepgram.client.sessions.ended');
  expect(after?.points).toEqual({ drained: 0, deadline: 0, aborted: 1, failed: 0 });
});

test('each connection is a span of a client, under the span that was active when its session was added', async () => {
  const call = tracerProvider.getTracer('app').startSpan('call');
  const live = begin();
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
  server.refuse(503);
  await speak(live, 5);
  server.closeAll(1011, '');
  await speak(live, 2);
  void live.close();
  await wait(3);
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
