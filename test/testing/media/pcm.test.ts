import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PcmDecoder, encodePcm } from '../../../src/testing/media/pcm.ts';
import { count, speak } from '../../../src/testing/recognisers/tone-speaker.ts';
import { BareClient, spelled } from '../emulator/client.ts';

test.each(['linear16', 'linear32', 'mulaw', 'alaw'] as const)('words survive %s', (encoding) => {
  const words = count(9_000, 20);
  const client = new BareClient(`encoding=${encoding}&sample_rate=8000&endpointing=300`, { burstMs: 60_000 });
  client.connection.receiveBinary(encodePcm(speak(words, { sampleRate: 8_000 }), encoding));
  client.send({ type: 'CloseStream' });
  expect(client.words()).toEqual(spelled(words));
});

test('linear16 and linear32 come back to the bit, wherever the bytes are cut', () => {
  const samples = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 50 });
  const encoding = fc.constantFrom('linear16' as const, 'linear32' as const);
  fc.assert(
    fc.property(samples, encoding, fc.nat(200), (values, name, cutAt) => {
      const bytes = encodePcm(Int16Array.from(values), name);
      const decoder = new PcmDecoder(name, 1);
      const parts = [bytes.slice(0, cutAt), bytes.slice(cutAt)].flatMap((part) => decoder.decode(part));
      expect(parts.flatMap((part) => Array.from(part))).toEqual(values);
    }),
  );
});

test('companding is the one of G.711: known codes, and an error that grows with loudness only', () => {
  expect(Array.from(encodePcm(Int16Array.of(0, 1_000, -1_000, 32_767), 'mulaw'))).toEqual([
    0xff, 0xce, 0x4e, 0x80,
  ]);
  expect(Array.from(encodePcm(Int16Array.of(0, 1_000, -1_000, 32_767), 'alaw'))).toEqual([
    0xd5, 0xfa, 0x7a, 0xaa,
  ]);
  for (const name of ['mulaw', 'alaw'] as const) {
    fc.assert(
      fc.property(fc.integer({ min: -32_000, max: 32_000 }), (sample) => {
        const [heard] = new PcmDecoder(name, 1).decode(encodePcm(Int16Array.of(sample), name));
        expect(Math.abs((heard?.[0] ?? 0) - sample)).toBeLessThanOrEqual(16 + Math.abs(sample) / 30);
      }),
    );
  }
});
