import { expect, test } from 'vitest';
import {
  CLOSE_STREAM,
  finalizeMessage,
  KEEP_ALIVE,
} from '../../../src/protocol/listen-v1/client-messages.ts';

test('control messages are what Deepgram documents, to the letter', () => {
  expect(KEEP_ALIVE).toBe('{"type":"KeepAlive"}');
  expect(CLOSE_STREAM).toBe('{"type":"CloseStream"}');
  expect(finalizeMessage()).toBe('{"type":"Finalize"}');
  expect(finalizeMessage(0)).toBe('{"type":"Finalize","channel":0}');
  expect(finalizeMessage(1)).toBe('{"type":"Finalize","channel":1}');
});
