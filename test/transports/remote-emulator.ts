/**
 * An emulator at arm's length: everything of it is asked for, and comes as plain data, so that a test may run in a browser while
 * the emulator, which needs Node, runs beside it.
 */
import { type EmulatorServer, startEmulator } from '../../src/testing/index.ts';
import type { Credentials } from '../../src/transports/transport.ts';

/** What can be seen of a connection from the server's side. */
export interface ConnectionView {
  requestId: string;
  scheme: Credentials['scheme'];
  query: string;
  /** Kind and size of every message. */
  received: [kind: string, bytes: number][];
  end: { by: string; code: number } | undefined;
}

/** What can be done to a connection. */
export type Mishap =
  | { kind: 'malformed' | 'cut' | 'halfOpen' }
  | { kind: 'close'; code: number; reason: string };

export interface RemoteEmulator {
  readonly url: string;
  grantToken(): Promise<string>;
  refuse(status: number, dgError: string): Promise<void>;
  hang(): Promise<void>;
  /** The newest connection, as it is now. */
  latest(): Promise<ConnectionView>;
  /** Does something to the newest connection. */
  strike(mishap: Mishap): Promise<void>;
  /** Begins to note what `heard` tells. */
  listenIn(): Promise<void>;
  /** First and last byte of every binary message on the connection that was listened in to. */
  heard(): Promise<[first: number, last: number][]>;
  close(): Promise<void>;
}

export async function startRemoteEmulator(): Promise<RemoteEmulator> {
  const server = await startEmulator();
  const heard: [number, number][] = [];
  return {
    url: server.url,
    grantToken: async () => server.grantToken().access_token,
    refuse: async (status, dgError) => server.refuse(status, { dgError }),
    hang: async () => server.hang(),
    latest: async () => viewOf(latestOf(server)),
    strike: async (mishap) => {
      const connection = latestOf(server);
      if (mishap.kind === 'close') connection.close(mishap.code, mishap.reason);
      else connection[mishap.kind]();
    },
    listenIn: async () => {
      const connection = latestOf(server) as unknown as { receiveBinary(bytes: Uint8Array): void };
      const receive = connection.receiveBinary.bind(connection);
      connection.receiveBinary = (bytes) => {
        heard.push([bytes.at(0) ?? -1, bytes.at(-1) ?? -1]);
        receive(bytes);
      };
    },
    heard: async () => heard,
    close: () => server.close(),
  };
}

type EmulatedConnection = NonNullable<EmulatorServer['latest']>;

function latestOf(server: EmulatorServer): EmulatedConnection {
  if (!server.latest) throw new Error('Nobody has connected yet.');
  return server.latest;
}

function viewOf({ requestId, scheme, query, received, end }: EmulatedConnection): ConnectionView {
  return {
    requestId,
    scheme,
    query: query.toString(),
    received: received.map(({ kind, bytes }) => [kind, bytes]),
    end: end && { by: end.by, code: end.code },
  };
}
