/** Three major versions of Deepgram's JavaScript SDK with the emulator. */
import { afterEach, describe, expect, test } from 'vitest';
import { count, encodePcm, type EmulatorServer, speak, startEmulator } from '../../src/testing/index.ts';
import { CLIENTS, type ClientUnderTest, type Conversation, type ServerMessage } from './client-under-test.ts';

const speech = (first: number, words: number) =>
  encodePcm(speak(count(first, words), { sampleRate: 16_000 }), 'linear16');

/** Records the events of a client, and waits for them. */
class Listener {
  readonly messages: ServerMessage[] = [];
  readonly errors: unknown[] = [];
  isOpen = false;
  closedWith: number | undefined;
  isClosed = false;
  #waiting: (() => void)[] = [];

  opened(): void {
    this.isOpen = true;
    this.#wake();
  }

  message(message: ServerMessage): void {
    this.messages.push(message);
    this.#wake();
  }

  failed(error: unknown): void {
    this.errors.push(error);
    this.#wake();
  }

  closed(code: number | undefined): void {
    this.closedWith = code;
    this.isClosed = true;
    this.#wake();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  words(): string[] {
    const finals = this.messages.filter(({ type, is_final: isFinal }) => type === 'Results' && isFinal);
    return finals
      .flatMap(({ channel }) => (channel?.alternatives[0]?.transcript ?? '').split(' '))
      .filter(Boolean);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

describe.each(CLIENTS)('$name', (client: ClientUnderTest) => {
  let emulator: EmulatorServer;
  let conversation: Conversation | undefined;

  afterEach(async () => {
    conversation?.dispose();
    await emulator.close();
  });

  async function open(secret: { apiKey: string } | { accessToken: string }) {
    // As fast as it is sent: it is the order of things that is judged here, not their pace.
    emulator = await startEmulator({ maxPace: Infinity });
    const ear = new Listener();
    conversation = await client.open(emulator.url, secret, ear);
    return { ear, conversation };
  }

  test('streams, keeps alive, finalizes, and closes', async () => {
    const { ear, conversation } = await open({ apiKey: 'some-key' });
    await ear.until(() => ear.isOpen);
    conversation.keepAlive();
    const audio = speech(1, 3);
    for (let at = 0; at < audio.length; at += 3_200) conversation.send(audio.subarray(at, at + 3_200));
    conversation.finalize();
    await ear.until(() => ear.messages.some((message) => message.from_finalize));
    expect(ear.words()).toEqual(['0001', '0002', '0003']);

    conversation.send(speech(4, 2));
    conversation.closeStream();
    await ear.until(() => ear.isClosed);
    expect(ear.words()).toEqual(['0001', '0002', '0003', '0004', '0005']);
    expect(ear.closedWith).toBe(1000);
    expect(ear.messages.at(-1)).toMatchObject({ type: 'Metadata', channels: 1, duration: 2.5 });
    expect(ear.messages.some(({ type }) => type === 'SpeechStarted')).toBe(true);
    expect(ear.errors).toEqual([]);
    expect(emulator.attempts).toBe(1);
    expect(emulator.latest).toMatchObject({ scheme: 'token', receivedAudioMs: 2_500 });
    expect(
      emulator.latest?.controlMessages.map((text) => (JSON.parse(text) as { type: string }).type),
    ).toEqual(['KeepAlive', 'Finalize', 'CloseStream']);
  });

  test('is refused with a key that is wrong', async () => {
    const { ear } = await open({ apiKey: 'wrong-key' });
    await ear.until(() => ear.errors.length > 0 || ear.isClosed);
    expect(ear.isOpen).toBe(false);
    expect(emulator.refusals[0]).toMatchObject({ status: 401, dgError: 'Invalid credentials.' });
  });

  test('gets a temporary token by its own API and connects with it, where it supports one', async () => {
    const { conversation: first } = await open({ apiKey: 'some-key' });
    const accessToken = await client.grant(emulator.url, 'some-key');
    expect(accessToken.split('.')).toHaveLength(3);
    first.dispose();
    if (!client.takesTokens) return;
    const ear = new Listener();
    conversation = await client.open(emulator.url, { accessToken }, ear);
    await ear.until(() => ear.isOpen);
    expect(emulator.latest?.scheme).toBe('bearer');
  });

  test('sees a close in mid-stream', async () => {
    const { ear, conversation } = await open({ apiKey: 'some-key' });
    await ear.until(() => ear.isOpen);
    conversation.send(speech(1, 1));
    emulator.inflict('close 1011 "See https://dpgr.am/net0001"');
    await ear.until(() => ear.isClosed);
    expect(ear.closedWith).toBe(1011);
  });
});
