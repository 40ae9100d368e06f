/** A name for whoever holds a lease: no other process, and no other session object of this one, has it. */
export function newHolder(): string {
  return crypto.randomUUID();
}
