/** The setting for hostile clients: an emulator for each test, and clients that are closed afterwards. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect } from 'vitest';
import { WebSocket } from 'ws';
import {
  type EmulatorServer,
  type EmulatorServerOptions,
  startEmulator,
} from '../../../src/testing/emulator/server.ts';
import { HostileClient } from './hostile-client.ts';

export const QUERY = 'model=nova-3&encoding=linear16&sample_rate=16000';
export const MEGABYTE = 1024 * 1024;
export const OPCODE = { continued: 0, text: 1, binary: 2, close: 8, ping: 9 } as const;

export class Stage {
  emulator!: EmulatorServer;
  #clients: HostileClient[] = [];

  /** Sets itself up before each test of the file, and is gone after it. */
  constructor() {
    beforeEach(async () => {
      this.emulator = await startEmulator();
    });
    afterEach(async () => {
      for (const client of this.#clients.splice(0)) client.destroy();
      await this.emulator.close();
    });
  }

  /** Another emulator takes the place of the one that is there. */
  async restart(options: EmulatorServerOptions): Promise<void> {
    await this.emulator.close();
    this.emulator = await startEmulator(options);
  }

  async upgraded(query?: string): Promise<HostileClient> {
    const client = await HostileClient.upgraded(this.emulator.port, query);
    this.#clients.push(client);
    return client;
  }

  raw(): HostileClient {
    const client = new HostileClient(this.emulator.port);
    this.#clients.push(client);
    return client;
  }

  watchForBackPressure(): () => boolean {
    let hasStopped = false;
    this.emulator.watch(({ type }) => (hasStopped ||= type === 'reading.stopped'));
    return () => hasStopped;
  }

  /** The server hears of an end a moment after the client. */
  nobodyIsConnected(): Promise<void> {
    return until(() => this.emulator.openConnections.length === 0);
  }

  /** Checks that a normal client is still served. */
  async expectItServes(): Promise<void> {
    const socket = new WebSocket(`${this.emulator.url}/v1/listen?${QUERY}`, {
      headers: { authorization: 'Token key' },
    });
    await once(socket, 'open');
    socket.send('{"type":"CloseStream"}');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1000);
  }
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The maximum growth of memory while `action` runs, in megabytes. */
export async function memoryTaken(action: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  await action();
  clearInterval(timer);
  return (Math.max(most, process.memoryUsage().rss) - before) / MEGABYTE;
}
