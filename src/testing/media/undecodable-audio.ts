/** Bytes that are not audio in any format known here. `codec` names one that is known, and for which there is no decoder. */
export class UndecodableAudio extends Error {
  readonly codec: string | undefined;

  constructor(message: string, codec?: string) {
    super(message);
    this.codec = codec;
  }
}
