/** The minimum of insertions, deletions and substitutions that turn one list of words into the other. */
export function wordErrors(heard: readonly string[], spoken: readonly string[]): number {
  let costs = [0, ...spoken.map((_, column) => column + 1)];
  heard.forEach((word, row) => {
    const above = costs;
    costs = [row + 1];
    spoken.forEach((expected, column) => {
      const kept = (above[column] ?? 0) + (word === expected ? 0 : 1);
      costs.push(Math.min(kept, (above[column + 1] ?? 0) + 1, (costs[column] ?? 0) + 1));
    });
  });
  return costs.at(-1) ?? 0;
}
