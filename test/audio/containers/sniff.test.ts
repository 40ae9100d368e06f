import { describe, expect, it } from 'vitest';
import { sniffContainer } from '../../../src/audio/containers/sniff.ts';
import { box, concat, fmt, noise, opusHeader, riff, text, webmHeader } from './muxers.ts';

describe('the first bytes', () => {
  it.each([
    ['wav', riff(fmt())],
    ['wav', riff(fmt(), 0, 'RF64')],
    ['wav', riff(fmt(), 0, 'BW64')],
    ['ogg', opusHeader()],
    ['webm', webmHeader()],
    ['mp4', box('ftyp', text('M4A isom'))],
    ['flac', text('fLaC\0\0\0\x22\x10\0\x10\0')],
    ['mp3', text('ID3\x04\0\0\0\0\0\x23TSSE')],
    ['mp3', concat([0xff, 0xfb, 0x90, 0x64], noise(8))],
    ['mp3', concat([0xff, 0xe3, 0x18, 0xc4], noise(8))],
    ['adts', concat([0xff, 0xf1, 0x50, 0x80], noise(8))],
    ['adts', concat([0xff, 0xf9, 0x4c, 0x80], noise(8))],
    ['unknown', text('#!AMR\n\x3c\x55\x01\x02\x03\x04')],
    ['unknown', text('RIFF\x10\0\0\0AVI LIST')],
    ['unknown', concat([0, 0, 0, 8], text('wide'), noise(4))],
    ['unknown', new Uint8Array(12).fill(0xff)],
    ['unknown', concat([0xff, 0xeb, 0x90, 0x00], noise(8))],
    ['unknown', concat([0xff, 0x01, 0x02, 0x03], noise(8))],
    ['unknown', noise(20, 3)],
  ])('identify %s', (name, bytes) => {
    expect(sniffContainer(bytes)).toBe(name);
    expect(sniffContainer(bytes.subarray(0, 12))).toBe(name);
    expect(sniffContainer(concat([0x20], bytes))).toBe('unknown');
  });

  it('identify nothing while they are fewer than twelve', () => {
    for (const length of [0, 4, 11]) expect(sniffContainer(opusHeader().subarray(0, length))).toBeUndefined();
  });
});
