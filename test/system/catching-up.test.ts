/** Catching up after an outage: the notice of the session, compared with the emulator. */
import { expect, test } from 'vitest';
import { type Story, tell } from './story.ts';

/** Loses the connection for so long, while somebody speaks. */
async function outage(story: Story, seconds: number): Promise<void> {
  story.network.offline = true;
  story.network.cut();
  await story.speak(seconds);
  story.network.offline = false;
}

test.each([
  [3, 'speech goes on', (story: Story) => story.speak(0.1)],
  [45, 'speech goes on', (story: Story) => story.speak(0.1)],
  [3, 'nobody speaks any more', (story: Story) => story.pause(0.1)],
  [45, 'nobody speaks any more', (story: Story) => story.pause(0.1)],
])(
  'takes as long as doneInSeconds says: after %i s without a network, where %s',
  async (seconds, _, goOn) => {
    const story = await tell();
    await story.speak(5);
    await outage(story, seconds);
    while (story.noticesOf('catching-up').length === 0) await goOn(story);
    const begunMs = story.clock.now();
    while (story.live.backlogMs > 150) await goOn(story);
    const tookSeconds = (story.clock.now() - begunMs) / 1000;
    const said = story.noticesOf('catching-up')[0]?.evidence['doneInSeconds'] as number;
    expect(Math.abs(said - tookSeconds) / tookSeconds, `${said} s said, ${tookSeconds} s taken`).toBeLessThan(
      0.1,
    );
    story.live.abort();
  },
);
