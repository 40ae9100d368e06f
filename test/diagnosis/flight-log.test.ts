import { expect, test } from 'vitest';
import { FlightLog } from '../../src/diagnosis/recorder/flight-log.ts';

const said = (secret: string, text: string) => {
  const log = new FlightLog(10_000, '', () => undefined);
  log.keepOut(secret);
  log.add({ at: 0, kind: 'received', socket: 1, text });
  return (JSON.parse(log.lines[0] ?? '') as { text: string }).text;
};

test('a key of one letter does not destroy a recording', () => {
  expect(said('k', '{"type":"Results","transcript":"kick"}')).toBe('{"type":"Results","transcript":"kick"}');
});

test('a secret is left out however its characters are escaped [G8]', () => {
  expect(said('0123456789abcdef', String.raw`{"a":"\u0030123456789abcde\u0066"}`)).toBe('{"a":"[secret]"}');
});
