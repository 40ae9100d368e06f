import type { Guarantee } from './guarantee.ts';

/** How often the watch looks whether a trickle has become enough audio to judge by; and timers. */
const SLACK_MS = 1_100;
const PAUSE_MS = 900;
/** Flux is ready when it says so, and is not waited for any longer. */
const READY_MS = 10_000;

export const G11: Guarantee = {
  id: 'G11',
  promise:
    'A half-open connection is found: when audio flows and nothing comes back for 10 s (20 s without interim results), the connection is replaced, in browsers too. After a link on which nothing ever came back, or whose first answer was slow, it may take up to three times as long.',
  assuming:
    'Audio flows: no pause is longer than a second, and audio fills at least half of the time. After CloseStream, and with Flux from the beginning of a drain, `drainMs` bounds the silence instead.',
  watch(world) {
    const { rate, interim, flux } = world.setting;
    const leastMs = flux ? 4_000 : 10_000 * (interim ? 1 : 2);
    let patienceMs = leastMs;
    let hasAnswered = true;
    const learn = (ms: number) => {
      patienceMs = Math.min(3 * leastMs, Math.max(leastMs, 2 * ms));
    };
    let sinceMs = Infinity;
    let lastAudioMs = -Infinity;
    let bytesBefore = 0;
    let blockedBefore = 0;
    const answered = () => {
      sinceMs = Infinity;
    };
    return {
      opened() {
        answered();
        hasAnswered = false;
      },
      heard({ firstAudioAtMs, audioBytes }) {
        answered();
        if (hasAnswered || Number.isNaN(firstAudioAtMs)) return;
        hasAnswered = true;
        learn(Math.min(world.now - firstAudioAtMs, (audioBytes / (2 * rate)) * 1000) + SLACK_MS);
      },
      ended: answered,
      released({ audioBytes }) {
        answered();
        if (!hasAnswered && audioBytes > 0) learn(patienceMs);
      },
      sending(link, message) {
        if (typeof message === 'string') return;
        const hasPaused = world.now - lastAudioMs > PAUSE_MS;
        lastAudioMs = world.now;
        if (sinceMs !== Infinity && !hasPaused) return;
        sinceMs = world.now;
        bytesBefore = link.audioBytes;
        blockedBefore = world.blockedMs;
      },
      step() {
        const link = world.wire.present;
        if (flux && link?.state === 'open' && !link.hasHeard) {
          const waitedMs = world.now - link.openedAtMs - world.blockedMs + link.blockedAtLastOutMs;
          if (waitedMs > READY_MS + SLACK_MS && !world.loop.isBlocked)
            world.breach('G11', `link ${link.number} has waited ${Math.round(waitedMs)} ms for Connected`);
        }
        if (sinceMs === Infinity || link?.state !== 'open' || link.hasClosedStream || world.loop.isBlocked)
          return;
        // Its last turn is ended before CloseStream.
        if (flux && world.status.state === 'draining') return;
        const silentMs = world.now - sinceMs - (world.blockedMs - blockedBefore);
        if (silentMs < patienceMs + SLACK_MS) return;
        const audioMs = ((link.audioBytes - bytesBefore) / (2 * rate)) * 1000;
        // Enough of it must have been sent by then, and not only just now.
        if (audioMs - SLACK_MS * 1.25 > patienceMs / 2) {
          world.breach(
            'G11',
            `${Math.round(audioMs)} ms of audio went out on link ${link.number}, and nothing came back for ${Math.round(silentMs)} ms`,
          );
        }
      },
    };
  },
};
