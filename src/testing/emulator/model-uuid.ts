/** The id of the emulator's model, for messages and headers. */
export const MODEL_UUID = '4d892fb6-7cc1-4e7a-a1b3-1c2e3f4a5b6c';
