/** A slow server that still answers gets enough time: nothing is lost. */
import { describe, expect, test } from 'vitest';
import { slow, stallResults } from '../../src/testing/index.ts';
import type { Transport } from '../../src/transports/transport.ts';
import type { VirtualClock } from '../../src/testing/index.ts';
import { tell } from './story.ts';

/** After CloseStream, Metadata comes at once, and the last results and the close so much later. */
const metadataFirst =
  (laterMs: number) =>
  (transport: Transport, clock: VirtualClock): Transport =>
  (request, handlers) => {
    let hasClosedStream = false;
    const later = (tell: () => void) => void (hasClosedStream ? clock.setTimeout(tell, laterMs) : tell());
    const socket = transport(request, {
      ...handlers,
      message: (text) => {
        if (text.includes('"Metadata"')) handlers.message(text);
        else later(() => handlers.message(text));
      },
      ended: (end) => later(() => handlers.ended(end)),
    });
    const send = socket.send.bind(socket);
    socket.send = (message) => {
      if (typeof message === 'string' && message.includes('CloseStream')) hasClosedStream = true;
      send(message);
    };
    return socket;
  };

describe('close() keeps the last words [G9]', () => {
  test('of a server that needs 7 s for its last results after CloseStream, and drains once', async () => {
    const story = await tell();
    await story.speak(10.26);
    story.server.slow(7_000);
    expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 }, attempts: 1 });
    story.expectEveryWordOnce();
  });

  test.each([true, false])(
    'where Metadata comes 1.5 s before them (interim results: %s)',
    async (interims) => {
      const story = await tell({ listen: { interim_results: interims }, through: metadataFirst(1_500) });
      await story.speak(10.26);
      expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 }, attempts: 1 });
      story.expectEveryWordOnce();
    },
  );

  test('where Metadata comes 8 s before them', async () => {
    const story = await tell({ through: metadataFirst(8_000) });
    await story.speak(10.26);
    expect(await story.close()).toMatchObject({ outcome: 'drained', attempts: 1 });
    story.expectEveryWordOnce();
  });

  test.each([1, 2, 3, 4, 5])('where results come 4 s late, with a jitter of 2 s (seed %i)', async (seed) => {
    const story = await tell({ weather: { seed } });
    Object.assign(story.network.conditions, { latencyMs: 2_000, jitterMs: 1_000 });
    await story.speak(24);
    expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 }, attempts: 1 });
    story.expectEveryWordOnce();
  });

  test('through a dead link, which is found after drainMs, and a slow server behind it', async () => {
    const story = await tell();
    await story.speak(10.26);
    story.network.halfOpen();
    story.network.conditions.latencyMs = 2_000;
    expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 }, attempts: 2 });
    story.expectEveryWordOnce();
  });
});

describe('close() settles', () => {
  test('within the sending time and 3 × drainMs, in any case', async () => {
    const story = await tell({ drainMs: 2_000, server: { faultsOf: () => [stallResults()] } });
    await story.speak(8);
    const report = await story.close();
    expect(report.outcome).toBe('deadline');
    expect(report.ledger.pending).toBe(8_000);
    expect(story.closedInMs).toBeGreaterThan(6_000);
    expect(story.closedInMs).toBeLessThan(6_000 + 8_000 / 1.2 + 200);
  });

  test('within timeoutMs where it is given, and reports that it is not drained', async () => {
    const story = await tell();
    await story.speak(10);
    story.server.stallResults();
    const beganAt = story.clock.now();
    const closing = story.live.close({ timeoutMs: 1_500 });
    await story.wait(1.55);
    expect(story.status.phase).toBe('closed');
    expect(await closing).toMatchObject({ outcome: 'deadline' });
    expect(story.clock.now() - beganAt).toBeLessThan(1_600);
  });

  test('sooner where a later call asks for it, and no later where it does not', async () => {
    const story = await tell();
    await story.speak(10);
    story.server.stallResults();
    const closing = story.live.close();
    await story.wait(2);
    expect(story.live.close({ timeoutMs: 500 })).toBe(closing);
    void story.live.close({ timeoutMs: 60_000 });
    await story.wait(0.55);
    expect(await closing).toMatchObject({ outcome: 'deadline' });
  });

  test('and refuses an invalid timeout', async () => {
    const story = await tell();
    expect(() => story.live.close({ timeoutMs: -1 })).toThrow(/timeoutMs is -1/);
    expect(story.status.phase).toBe('waiting');
    await story.close(0.2);
  });
});

describe('timeouts grow with observed delays, and nothing is lost [G3]', () => {
  test('where each handshake takes 9 s, and is given up after 8 only once', async () => {
    const story = await tell({ weather: { handshakeDelayMs: 9_000 } });
    await story.speak(60);
    story.network.cut();
    await story.speak(40);
    await story.close();
    expect(story.ends).toEqual(['connect-timeout', 'network-lost']);
    story.expectEveryWordOnce();
  });

  test('where results come 12 s late, on every connection', async () => {
    const story = await tell({ server: { faultsOf: () => [slow(12_000)] } });
    await story.speak(60);
    story.network.cut();
    await story.speak(40);
    await story.close();
    expect(story.ends).toEqual(['stalled', 'network-lost']);
    story.expectEveryWordOnce();
  });

  test('and shrinks with a quick handshake', async () => {
    const story = await tell({ weather: { handshakeDelayMs: 9_000 } });
    await story.speak(30);
    story.network.conditions.handshakeDelayMs = 0;
    story.network.cut();
    await story.speak(5);
    story.network.conditions.handshakeDelayMs = 9_000;
    story.network.cut();
    await story.speak(30);
    expect(story.ends).toEqual(['connect-timeout', 'network-lost', 'network-lost', 'connect-timeout']);
    await story.close();
    story.expectEveryWordOnce();
  });
});
