/**
 * A timer in a worker, which browsers do not slow while the page is hidden. It takes a delay in milliseconds, or `null` for none,
 * and answers at its end; a new delay replaces the last.
 */

let timer: number | undefined;

globalThis.onmessage = ({ data: delayMs }: MessageEvent<number | null>) => {
  clearTimeout(timer);
  if (delayMs !== null)
    timer = globalThis.setTimeout(() => globalThis.postMessage(null), delayMs) as unknown as number;
};
