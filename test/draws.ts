/** The number of examples that a property draws, `DRAWS` times as many under `vitest.slow.config.ts`. */
export function draws(count: number): number {
  return count * Number(process.env['DRAWS'] ?? 1);
}
