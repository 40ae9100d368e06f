import { expect, test } from 'vitest';
import { malformed } from '../../src/testing/index.ts';
import { tell } from './story.ts';

test('reports malformed messages, which change nothing [G3]', async () => {
  const story = await tell({ given: (server) => server.onConnection(1, malformed({ afterAudioMs: 4_000 })) });
  await story.speak(10);
  await story.close();
  expect(story.noticesOf('message-malformed').length).toBeGreaterThan(8);
  expect(story.noticesOf('message-malformed').some(({ evidence }) => evidence['problem'] === 'binary')).toBe(
    true,
  );
  expect(story.ends).toEqual([]);
  story.expectEveryWordOnce();
});

test('a final with an absurd duration confirms no words in flight [G2 G3]', async () => {
  let isMad = false;
  const story = await tell({
    weather: { latencyMs: 400 },
    through: (transport) => (request, handlers) =>
      transport(request, {
        ...handlers,
        message: (text) => {
          const isFinal = text.includes('"is_final":true');
          handlers.message(isMad && isFinal ? text.replace(/"duration":[\d.]+/, '"duration":900000') : text);
          if (isMad && isFinal) story.network.cut();
          isMad &&= !isFinal;
        },
      }),
  });
  await story.speak(5);
  isMad = true;
  await story.speak(15);
  await story.close();
  story.expectEveryWordOnce();
  expect(story.noticesOf('message-malformed').length).toBe(1);
});

test('results that come twice are shown once [G3]', async () => {
  const story = await tell();
  await story.speak(1);
  story.server.duplicateResults();
  await story.speak(12);
  story.network.cut();
  await story.speak(2);
  story.server.duplicateResults();
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
});

test('Metadata without a request confirms nothing [G2 G3]', async () => {
  const story = await tell({ server: { idleTimeoutMs: 2_000 } });
  await story.speak(5.3);
  const { confirmed } = story.live.ledger;
  // The server ends the connection with Metadata, then 1011.
  await story.pause(2.5);
  expect(story.live.ledger.confirmed).toBe(confirmed);
  await story.speak(6);
  await story.close();
  expect(story.ends).toContain('client-silent');
  story.expectEveryWordOnce();
});

test('survives a subscriber that throws [G3]', async () => {
  const story = await tell();
  const thrown: unknown[] = [];
  const { config } = await import('rxjs');
  config.onUnhandledError = (error) => thrown.push(error);
  story.live.transcripts$.subscribe(() => {
    throw new Error('a bug of the app');
  });
  await story.speak(10);
  await story.close();
  story.expectEveryWordOnce();
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(thrown.length).toBeGreaterThan(0);
  config.onUnhandledError = null;
});

test('survives an inspector that throws [G3]', async () => {
  const uncaught: unknown[] = [];
  const catcher = (error: unknown) => uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', catcher);
  const story = await tell({
    inspect: () => {
      throw new Error('a bug of the inspector');
    },
  });
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
  await new Promise((resolve) => setTimeout(resolve, 1));
  process.off('uncaughtException', catcher);
  for (const other of others) process.on('uncaughtException', other);
  expect(uncaught.length).toBeGreaterThan(0);
});
