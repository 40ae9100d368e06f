/**
 * Opens many clients in groups, since each handshake costs time.
 *
 * @template Client
 * @param {number} count
 * @param {() => Promise<Client>} connect
 */
export async function connectMany(count, connect) {
  /** @type {Client[]} */
  const clients = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(100, count - clients.length) }, connect);
    clients.push(...(await Promise.all(batch)));
  }
  return clients;
}
