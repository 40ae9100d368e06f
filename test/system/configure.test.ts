import { settle } from './clocks.ts';
import { describe, expect, test } from 'vitest';
import type { ListenChange } from '../../src/index.ts';
import { expectWholeTranscript, takeTurn, talk } from './flux-story.ts';
import { type Story, tell } from './story.ts';

const configures = (story: Story) =>
  story.network.links.flatMap(({ frames }) =>
    frames.flatMap(({ text }) => (text?.includes('Configure') ? [JSON.parse(text) as unknown] : [])),
  );

test('a change is acknowledged, and the next connection begins with it', async () => {
  const story = await talk();
  await takeTurn(story);
  const done = story.live.configure({ eot_threshold: 0.9, keyterm: ['one', 'two'] });
  await story.hush(0.5);
  expect(await done).toBe(true);
  expect(configures(story)).toEqual([
    { type: 'Configure', thresholds: { eot_threshold: 0.9 }, keyterms: ['one', 'two'] },
  ]);
  story.network.cut();
  await takeTurn(story);
  expect(story.link.url).toContain('eot_threshold=0.9&keyterm=one&keyterm=two');
  expect(configures(story).length).toBe(1);
  await story.close();
  expectWholeTranscript(story);
});

test('a change that the server refuses rejects, and leaves everything as it was', async () => {
  const story = await talk({
    through: (transport) => (request, handlers) =>
      transport(request, {
        ...handlers,
        message: (text) =>
          handlers.message(
            text.includes('ConfigureSuccess')
              ? '{"type":"ConfigureFailure","error_code":"INVALID_THRESHOLD","description":"too high"}'
              : text,
          ),
      }),
  });
  await takeTurn(story);
  const done = story.live.configure({ eot_threshold: 0.8 });
  const refused = expect(done).rejects.toMatchObject({
    reason: 'bad-request',
    serverMessage: 'INVALID_THRESHOLD: too high',
  });
  await story.hush(0.5);
  await refused;
  story.network.cut();
  await takeTurn(story);
  expect(story.link.url).not.toContain('eot_threshold');
  await story.close();
});

test('changes made while one is under way go out together', async () => {
  const story = await talk({ weather: { latencyMs: 100 } });
  await takeTurn(story);
  const done = [0.6, 0.7, 0.8].map((eot_threshold) => story.live.configure({ eot_threshold }));
  const last = story.live.configure({ eot_timeout_ms: 2_000 });
  await story.hush(1);
  expect(await Promise.all([...done, last])).toEqual([true, true, true, true]);
  expect(configures(story)).toEqual([
    { type: 'Configure', thresholds: { eot_threshold: 0.6 } },
    { type: 'Configure', thresholds: { eot_threshold: 0.8, eot_timeout_ms: 2_000 } },
  ]);
  await story.close();
});

test('a change whose answer is lost with its connection is requested on the next', async () => {
  const story = await talk({ weather: { latencyMs: 100 } });
  await takeTurn(story);
  const done = story.live.configure({ eot_threshold: 0.8 });
  await story.hush(0.1);
  story.network.cut();
  await story.hush(3);
  expect(await done).toBe(true);
  expect(configures(story).length).toBe(2);
  await takeTurn(story);
  await story.close();
  expectWholeTranscript(story);
});

test('a change before the first connection waits for it', async () => {
  const story = await talk();
  const done = story.live.configure({ eot_threshold: 0.8 });
  await settle();
  await takeTurn(story);
  expect(await done).toBe(true);
  await story.close();
});

test.each(['acknowledged', 'errors-only'] as const)(
  'on /v1/listen keyterms are changed by its own message, with the reading %s',
  async (configureReply) => {
    const story = await tell({ server: { configureReply } });
    await story.speak(3);
    const done = story.live.configure({ keyterm: ['one'] });
    await story.speak(7);
    expect(await done).toBe(configureReply === 'acknowledged');
    expect(configures(story)).toEqual([{ type: 'Configure', keyterms: ['one'] }]);
    story.network.cut();
    await story.speak(3);
    expect(story.link.url).toContain('keyterm=one');
    await story.close();
    story.expectEveryWordOnce();
  },
);

describe('refuses, and names the reason', () => {
  test.each<[ListenChange, RegExp]>([
    [{}, /change is empty/],
    [{ eot_threshold: 2 }, /eot_threshold is 2/],
    [{ eager_eot_threshold: 0.9 }, /and eot_threshold/],
    [{ numerals: 'yes' as unknown as boolean }, /numerals is 'yes'/],
    [{ keyterm: ['a', ''] }, /keyterm is an array/],
    [{ keyterm: Array.from({ length: 101 }, String) }, /101 terms/],
    [{ keyterm: ['word '.repeat(501)] }, /501 words/],
    [{ language_hint: ['de'] }, /flux-general-multi/],
    [{ model: 'x' } as ListenChange, /model cannot be changed/],
  ])('%j with Flux', async (change, why) => {
    const story = await talk();
    await expect(story.live.configure(change)).rejects.toThrow(why);
    story.live.abort();
  });

  test('parameters of Flux with another model', async () => {
    const story = await tell();
    await expect(story.live.configure({ eot_threshold: 0.8 })).rejects.toThrow(
      /eot_threshold cannot be changed/,
    );
    story.live.abort();
  });
});

test('a change that no server has answered when the session ends is false', async () => {
  const story = await talk();
  const done = story.live.configure({ eot_threshold: 0.8 });
  await settle();
  story.live.abort();
  expect(await done).toBe(false);
});
