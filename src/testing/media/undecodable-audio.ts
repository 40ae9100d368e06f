/** Bytes that are not audio of any format known here; the emulator answers them with DATA-0000. */
export class UndecodableAudio extends Error {}
