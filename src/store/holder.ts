/** A unique name for the holder of a lease, different for each process and session object. */
export function newHolder(): string {
  // Twice 53 bits. React Native has no `crypto`.
  return [Math.random(), Math.random()].map((chance) => (chance * 2 ** 53).toString(36)).join('-');
}
