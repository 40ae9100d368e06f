import { commands } from 'vitest/browser';
import { transport } from '../../../src/transports/browser.ts';
import { describeTransport } from '../../transports/contract.ts';
import type { RemoteEmulator } from '../../transports/remote-emulator.ts';
import type { emulatorCommands } from './emulator-commands.ts';

type Command<Name extends keyof typeof emulatorCommands> = (typeof emulatorCommands)[Name] extends (
  context: never,
  ...rest: infer Rest
) => infer Answer
  ? (...rest: Rest) => Answer
  : never;

declare module 'vitest/browser' {
  interface BrowserCommands {
    startEmulator: Command<'startEmulator'>;
    askEmulator: Command<'askEmulator'>;
  }
}

/** Stands for an emulator in Node: passes everything on. */
async function emulatorBeside(): Promise<RemoteEmulator> {
  const url = await commands.startEmulator();
  const ask =
    <Name extends Exclude<keyof RemoteEmulator, 'url'>>(name: Name) =>
    (...args: Parameters<RemoteEmulator[Name]>) =>
      commands.askEmulator(url, name, args) as ReturnType<RemoteEmulator[Name]>;
  return {
    url,
    grantToken: ask('grantToken'),
    refuse: ask('refuse'),
    hang: ask('hang'),
    latest: ask('latest'),
    strike: ask('strike'),
    listenIn: ask('listenIn'),
    heard: ask('heard'),
    close: ask('close'),
  };
}

describeTransport("the transport over a browser's WebSocket", {
  transport,
  startServer: emulatorBeside,
  // A port below 1024 that nothing uses, and that browsers do not block: refused at once.
  unreachableUrl: 'ws://127.0.0.1:2/v1/listen',
  showsHandshake: false,
});
