/**
 * An alarm clock in a thread of its own, which browsers do not slow while the page is hidden. Takes a delay in milliseconds, or
 * `null` for none, and answers when it is over; a new one replaces the last.
 */

let timer: number | undefined;

globalThis.onmessage = ({ data: delayMs }: MessageEvent<number | null>) => {
  clearTimeout(timer);
  if (delayMs !== null)
    timer = globalThis.setTimeout(() => globalThis.postMessage(null), delayMs) as unknown as number;
};
