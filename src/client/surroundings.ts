/** The parts of a session that its audio and its links use. A class: a function of each session would cost it 130 B. */
import type { ConnectionActor } from '../connection/connection-machine.ts';
import type { ConnectionEvent } from '../connection/events.ts';
import type { LinkSession } from '../link/link-session.ts';
import type { Transport } from '../transports/transport.ts';
import type { CheckedOptions } from './options.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { SessionStreams } from './streams.ts';

/** The parts that the caller of the session gives besides the checked options. */
export interface Given {
  session: SessionKeeper | undefined;
  transport: Transport;
  heard: LinkSession['heard'];
}

export class Surroundings implements Given {
  readonly options: CheckedOptions;
  readonly streams: SessionStreams;
  readonly session: SessionKeeper | undefined;
  readonly transport: Transport;
  readonly heard: LinkSession['heard'];
  readonly #actor: ConnectionActor;

  constructor(options: CheckedOptions, streams: SessionStreams, actor: ConnectionActor, given: Given) {
    this.options = options;
    this.streams = streams;
    this.session = given.session;
    this.transport = given.transport;
    this.heard = given.heard;
    this.#actor = actor;
  }

  /** Sends an event to the machine. Late ones, after its end, have no effect. */
  send(event: ConnectionEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event);
  }
}
