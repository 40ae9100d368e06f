/** Transitions without an arrow: the picture has them as text. */

export const NOTES: { draws: string[]; text: string }[] = [
  {
    draws: ['attached audio.confirmed', 'attached network.offline'],
    text: 'Anywhere in attached: audio.confirmed refills the retry budget; network.offline shortens the stall timeout.',
  },
  {
    draws: [
      'attached network.online [isOpening] > reconnecting',
      'connecting network.online [wasOnline]',
      'reconnecting network.online [wasOnline]',
      'backoff network.online [wasOnline]',
      'suspended network.online [wasOnline]',
      'anywhere online.elapsed',
    ],
    text: 'network.online starts an attempt afresh, at most once a second; said again, it counts when the second is over.',
  },
  {
    draws: [
      'connecting user.close [hasAudio]',
      'reconnecting user.close [hasAudio]',
      'queued user.close [hasAudio]',
      'queued place.awaited',
      'closed-1011 user.close [hasAudio]',
      'draining user.close',
      'draining audio.pending',
      'attached drain.completed [isAudioWaiting] > reconnecting',
      'closed-1011 audio.pending',
    ],
    text: 'What must wait is remembered: user.close with audio pending, a place in the line, audio that comes while draining.',
  },
];
