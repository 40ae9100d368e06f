/** How many examples a property draws: as many as each change needs, and `DRAWS` times as many where `vitest.slow.config.ts` runs it. */
export function draws(count: number): number {
  return count * Number(process.env['DRAWS'] ?? 1);
}
