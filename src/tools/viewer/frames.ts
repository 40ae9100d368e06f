/** Draws before a paint, at most some times a second, and not in hidden tabs. */
export interface Drawing {
  /** Draws again, after `draw` has said that nothing changes any more. */
  wake(): void;
  stop(): void;
}

/** @param draw Answers whether anything may change without a call of `wake()`. */
export function keepDrawing(draw: () => boolean, everyMs: number): Drawing {
  let lastMs = -Infinity;
  let frame: number | undefined;
  const next = (nowMs: number) => {
    frame = undefined;
    if (nowMs - lastMs >= everyMs) {
      lastMs = nowMs;
      if (!draw()) return;
    }
    wake();
  };
  const wake = () => {
    frame ??= requestAnimationFrame(next);
  };
  draw();
  wake();
  return {
    wake,
    stop: () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
    },
  };
}
