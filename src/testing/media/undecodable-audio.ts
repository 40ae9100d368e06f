/** Bytes that cannot be decoded as audio. `codec` names a known codec without a decoder here. */
export class UndecodableAudio extends Error {
  readonly codec: string | undefined;

  constructor(message: string, codec?: string) {
    super(message);
    this.codec = codec;
  }
}
