/** Calls `draw` before a paint, at most some times a second, until the returned function is called; not in hidden tabs. */
export function keepDrawing(draw: () => void, everyMs: number): () => void {
  let lastMs = -Infinity;
  let frame = 0;
  const next = (nowMs: number) => {
    if (nowMs - lastMs >= everyMs) {
      lastMs = nowMs;
      draw();
    }
    frame = requestAnimationFrame(next);
  };
  draw();
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}
