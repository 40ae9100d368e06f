/** `rx-deepgram explain`: recordings and logs, as text and as JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/tools/cli/command-line.ts';
import { EXPLAIN_USAGE, explainText } from '../../../src/tools/cli/explain.ts';
import { runExplain } from '../../../src/tools/cli/explain-source.ts';
import { fly } from '../../diagnosis/flown.ts';

const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';
const PAGE = { columns: 80, colour: false };
const PLAIN = { replay: false, json: false };

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

describe('of a recording', () => {
  let ndjson: string;
  beforeAll(async () => {
    ({ ndjson } = await fly([
      { speak: 6 },
      { pause: 9 },
      { close: 1011, reason: NET_0001 },
      { speak: 6 },
      { cut: true },
      { speak: 3 },
    ]));
  });

  test('shows the timeline, and names the causes', () => {
    const { text, code } = explainText(ndjson, PLAIN, PAGE);
    expect(code).toBe(0);
    expect(text).toMatch(/^Flight of 2026-01-01 00:00:00 UTC\n/);
    expect(text).toMatch(/00:00\.0 {2}connects to api\.deepgram\.com: model nova-3/);
    expect(text).toMatch(/00:15\.\d {2}the connection ended: 1011 client-silent/);
    expect(text).toMatch(/network-lost · 1006\n {2}Cause/);
    expect(text).toContain('Send {"type":"KeepAlive"} as a TEXT message');
    expect(widest(text)).toBeLessThan(80);
  });

  test('replays it if requested', () => {
    const { text, code } = explainText(ndjson, { replay: true, json: false }, PAGE);
    expect(text).toMatch(/Replayed \d+ events: the machine reaches the same \d+ states\./);
    expect(code).toBe(0);
  });

  test('shows where a replay goes another way, with exit code 1', () => {
    const lines = ndjson.split('\n').filter((line) => !line.includes('"state":"backoff"'));
    const { text, code } = explainText(lines.join('\n'), { replay: true, json: false }, PAGE);
    expect(text).toContain('the machine reaches other states');
    expect(code).toBe(1);
    expect(widest(text)).toBeLessThan(80);
  });

  test('is one object as JSON', () => {
    const { text } = explainText(ndjson, { replay: true, json: true }, PAGE);
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      header: { kind: 'flight' },
      causes: [{ kind: 'client-silent' }, { kind: 'network-lost' }],
      replay: { agrees: true },
    });
  });

  test('has colour only where the terminal has it', () => {
    expect(explainText(ndjson, PLAIN, PAGE).text).not.toContain('\x1b');
    expect(explainText(ndjson, PLAIN, { ...PAGE, colour: true }).text).toContain('\x1b[31m');
  });
});

describe('of a log', () => {
  const log = [
    'INFO all is well',
    `ERROR ConnectionClosedError: received 1011 (internal error) ${NET_0001}; then sent 1011`,
    'WARN retrying',
    'ERROR Unexpected server response: 401',
    `ERROR again 1011 ${NET_0001}`,
  ].join('\n');

  test('explains every failure once', () => {
    const { text, code } = explainText(log, PLAIN, PAGE);
    expect(text.match(/Cause/g)).toHaveLength(2);
    expect(text).toContain('client-silent · 1011');
    expect(text).toContain('unauthorized · HTTP 401');
    expect(code).toBe(0);
    expect(widest(text)).toBeLessThan(80);
    expect(JSON.parse(explainText(log, { replay: false, json: true }, PAGE).text)).toMatchObject({
      failures: [{ kind: 'client-silent' }, { kind: 'unauthorized' }],
    });
  });

  test('names the first line with it, and counts the others', () => {
    const { text } = explainText(log, PLAIN, PAGE);
    expect(text).toContain('client-silent · 1011 · line 2, and 1 more like it');
    expect(text).toContain('unauthorized · HTTP 401 · line 4');
    expect(JSON.parse(explainText(log, { replay: false, json: true }, PAGE).text)).toMatchObject({
      failures: [
        { line: 2, times: 2 },
        { line: 4, times: 1 },
      ],
    });
    expect(explainText('Unexpected server response: 401', PLAIN, PAGE).text).not.toContain('line 1');
  });

  test('in which there is none shows what to look for, with exit code 1', () => {
    expect(explainText('all is well', PLAIN, PAGE)).toMatchObject({
      code: 1,
      text: expect.stringContaining('close code') as string,
    });
    expect(explainText('all is well', { replay: true, json: false }, PAGE).code).toBe(1);
    const empty = explainText(' \n', { replay: false, json: false }, PAGE);
    expect(empty).toEqual({ text: 'There is nothing in it to explain.\n', code: 1 });
  });

  test('spread over several lines, as JSON is, is understood', () => {
    const body = JSON.stringify(
      { type: 'close', code: 1011, reason: 'did not receive audio data\nor a text message' },
      undefined,
      2,
    );
    expect(explainText(body, PLAIN, PAGE).text).toContain('server-error · 1011');
  });
});

describe('the command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-explain-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(args: string[], input = '') {
    const command = readCommandLine(['explain', ...args], {});
    if (command.name !== 'explain') throw new Error(`It is ${command.name}.`);
    const written = { out: '', err: '' };
    const stdin = new PassThrough();
    stdin.end(input);
    const code = await runExplain(
      command.options,
      { stdin, stdout: { isTTY: false, columns: 80 }, env: {} },
      { out: (text) => (written.out += text), err: (text) => (written.err += text) },
    );
    return { code, ...written };
  }

  test('takes a file, standard input, or a text', async () => {
    const file = join(folder, 'log.txt');
    writeFileSync(file, `1011 ${NET_0001}`);
    for (const result of [
      await run([file]),
      await run(['-'], `1011 ${NET_0001}`),
      await run(['--text', `1011 ${NET_0001}`]),
    ]) {
      expect(result).toMatchObject({ code: 0, err: '' });
      expect(result.out).toContain('client-silent');
    }
  });

  test('names the defect of a missing or broken file', async () => {
    expect(await run([join(folder, 'no.ndjson')])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('ENOENT') as string,
    });
    const file = join(folder, 'broken.ndjson');
    writeFileSync(file, '{"kind":"flight","version":9}\n');
    expect(await run([file])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('version is 9') as string,
    });
  });

  test.each([
    [[], 'Pass one file'],
    [['a', 'b'], 'Pass one file'],
    [['a', '--text', 'b'], 'Pass one file'],
    [['--text', 'b', '--replay'], 'needs a flight recording'],
    [['--fast'], "Unknown option '--fast'"],
  ])('%j is refused with advice', (args, advice) => {
    const command = readCommandLine(['explain', ...args], {});
    expect(command).toMatchObject({ name: 'refuse', text: expect.stringContaining(advice) as string });
  });

  test('shows its help within 80 columns', () => {
    expect(readCommandLine(['explain', '-h'], {})).toMatchObject({ name: 'help', text: EXPLAIN_USAGE });
    expect(widest(EXPLAIN_USAGE)).toBeLessThan(80);
  });
});
