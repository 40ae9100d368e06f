/** A name for whoever holds a lease: no other process, and no other session object of this one, has it. */
export function newHolder(): string {
  // Twice 53 bits. React Native has no `crypto`.
  return [Math.random(), Math.random()].map((chance) => (chance * 2 ** 53).toString(36)).join('-');
}
