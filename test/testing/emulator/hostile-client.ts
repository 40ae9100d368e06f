/** A client without a protocol: bytes on a TCP connection, as fast as the other side takes them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which anything can be sent. Its errors are expected, and only noted. */
export class HostileClient {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => {
      // Enough to see what was answered; a flood is not kept.
      if (this.received.length < 100_000) this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
  }

  /** Through the handshake, to where frames are expected. */
  static async upgraded(port: number, query = 'encoding=linear16&sample_rate=16000'): Promise<HostileClient> {
    const client = new HostileClient(port);
    client.request(
      `GET /v1/listen?${query} HTTP/1.1`,
      'Host: localhost',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Authorization: Token key',
    );
    while (!client.text.includes('\r\n\r\n')) await once(client.socket, 'data');
    client.received = Buffer.alloc(0);
    return client;
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  request(...lines: string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** One frame, masked with zeros, or unmasked. */
  frame(
    opcode: number,
    payload: Uint8Array | number,
    { fin = true, rsv = 0, masked = true }: { fin?: boolean; rsv?: number; masked?: boolean } = {},
  ): void {
    const length = typeof payload === 'number' ? payload : payload.length;
    const head = Buffer.alloc(14);
    head[0] = (fin ? 0x80 : 0) | rsv | opcode;
    const mask = masked ? 0x80 : 0;
    let at = 2;
    if (length < 126) head[1] = mask | length;
    else if (length < 65_536) {
      head[1] = mask | 126;
      at = head.writeUInt16BE(length, 2);
    } else {
      head[1] = mask | 127;
      at = head.writeBigUInt64BE(BigInt(length), 2);
    }
    this.socket.write(head.subarray(0, at + (masked ? 4 : 0)));
    if (typeof payload !== 'number') this.socket.write(payload);
  }

  /** Sends a block again and again, until so many bytes are gone, the connection is closed, or enough is enough. */
  async flood(block: Uint8Array, bytes: number, isEnough = () => false): Promise<number> {
    let sent = 0;
    while (sent < bytes && !this.isClosed && this.socket.writable && !isEnough()) {
      sent += block.length;
      if (!this.socket.write(block)) await this.#drains(isEnough);
    }
    return sent;
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.socket, 'close');
  }

  /** Code of the close frame that came, if one did: it is the last thing the server says. */
  get closeCode(): number | undefined {
    const at = this.received.lastIndexOf(0x88);
    return at >= 0 && this.received.length >= at + 4 ? this.received.readUInt16BE(at + 2) : undefined;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #drains(isEnough: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = setInterval(() => isEnough() && done(), 20);
      const done = () => {
        clearInterval(timer);
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.on('drain', done).on('close', done);
    });
  }
}
