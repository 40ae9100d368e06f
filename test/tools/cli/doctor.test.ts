/** The doctor's checklist: each line passes for a healthy setup, and fails for a setup with that one defect. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKLIST } from '../../../src/tools/cli/doctor/finding.ts';
import {
  close,
  type EmulatorServer,
  flap,
  halfOpen,
  hang,
  refuse,
  stallResults,
  startEmulator,
} from '../../../src/testing/index.ts';
import { selfSigned } from '../../transports/certificate.ts';
import { consult, KEY } from './doctor-practice.ts';

const NET_0001 = 'See https://dpgr.am/net0001';
const recording = join(import.meta.dirname, '..', '..', '..', 'recordings', 'austen-0870.wav');

let door: EmulatorServer;
let folder: string;
beforeAll(async () => {
  door = await startEmulator();
  folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-doctor-'));
});
afterAll(async () => {
  await door.close();
  rmSync(folder, { recursive: true, force: true });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('a healthy setup', () => {
  test('passes with Flux, too', async () => {
    const { findings } = await consult(door, {
      audio: { kind: 'file', path: recording },
      listen: { model: 'flux-general-en' },
    });
    const verdicts = Object.entries(findings).map(([id, { verdict }]) => `${id} ${verdict}`);
    expect(verdicts.filter((each) => each.endsWith(' fail'))).toEqual([]);
    expect(findings['results']?.evidence).toMatchObject({ results: expect.any(Number) as number });
    expect(findings['pause']?.evidence).toMatchObject({ connections: 1 });
    expect(findings['close']?.verdict).toBe('pass');
  });

  test('passes every line, and the exit code is 0', async () => {
    const machine = { nodeVersion: '22.1.0', cwd: join(import.meta.dirname, '..', '..', '..') };
    const { code, findings, pendingTimers } = await consult(door, {
      audio: { kind: 'file', path: recording },
      instruments: { machine },
    });
    expect(Object.keys(findings)).toEqual(Object.keys(CHECKLIST));
    const verdicts = Object.entries(findings).map(([id, { verdict }]) => `${id} ${verdict}`);
    expect(verdicts.filter((each) => !each.endsWith(' pass'))).toEqual(['dns skipped', 'tls skipped']);
    expect(findings['pause']?.evidence).toMatchObject({ connections: 1, pauseSeconds: 11 });
    expect(Number(findings['pause']?.evidence?.['keepAlives'])).toBeGreaterThanOrEqual(3);
    expect(code).toBe(0);
    expect(pendingTimers).toBe(0);
  });

  test('needs no audio: it plays a tone', async () => {
    const { code, findings } = await consult(door);
    expect(findings['source']).toMatchObject({ verdict: 'skipped' });
    expect(findings['results']).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('tone') as string,
    });
    expect(code).toBe(0);
  });

  test('is not probed where that is not wanted', async () => {
    const { code, findings } = await consult(door, { probeSeconds: undefined });
    for (const id of ['results', 'pause', 'close', 'notices']) {
      expect(findings[id]).toMatchObject({ verdict: 'skipped', summary: '--no-probe' });
    }
    expect(code).toBe(0);
  });
});

describe('this machine', () => {
  test('an old Node fails', async () => {
    const machine = { nodeVersion: '20.18.9', cwd: folder };
    const { code, findings } = await consult(door, { probeSeconds: undefined, instruments: { machine } });
    expect(findings['node']).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('20.19') as string,
    });
    expect(findings['sdk']).toMatchObject({ verdict: 'skipped' });
    expect(code).toBe(1);
  });

  test("an old SDK, in the app's folder or above it, is a warning", async () => {
    const app = join(folder, 'app', 'src');
    const sdk = join(folder, 'app', 'node_modules', '@deepgram', 'sdk');
    await mkdir(app, { recursive: true });
    await mkdir(sdk, { recursive: true });
    await writeFile(join(sdk, 'package.json'), '{"version":"3.13.0"}');
    const machine = { nodeVersion: '24.0.0', cwd: app };
    const { findings } = await consult(door, { probeSeconds: undefined, instruments: { machine } });
    expect(findings['sdk']).toMatchObject({ verdict: 'warn', evidence: { version: '3.13.0' } });
    expect(findings['node']).toMatchObject({ verdict: 'pass' });
  });
});

describe('the network', () => {
  test('a host name without an address fails, and the checks that need it are skipped', async () => {
    const { code, findings } = await consult('wss://no-such-host.invalid');
    expect(findings['dns']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('spelling') as string,
    });
    for (const id of ['tcp', 'tls', 'handshake', 'credentials', 'parameters', 'pause']) {
      expect(findings[id], id).toMatchObject({ verdict: 'skipped' });
    }
    expect(code).toBe(1);
  });

  test('without a network the checks of key and parameters still run', async () => {
    const { findings } = await consult('wss://no-such-host.invalid', {
      secret: undefined,
      listen: { utterance_end_ms: 500 },
    });
    expect(findings['credentials']).toMatchObject({ verdict: 'fail' });
    expect(findings['parameters']).toMatchObject({ verdict: 'fail' });
    expect(findings['handshake']).toMatchObject({
      verdict: 'skipped',
      summary: 'the server is unreachable',
    });
  });

  test('a name with an address passes', async () => {
    const { findings } = await consult(door.url.replace('127.0.0.1', 'localhost'), {
      probeSeconds: undefined,
    });
    expect(findings['dns']).toMatchObject({ verdict: 'pass' });
  });

  test('a port where no server listens fails', async () => {
    const { findings } = await consult(`ws://127.0.0.1:${await closedPort()}`);
    expect(findings['tcp']).toMatchObject({ verdict: 'fail', evidence: { error: 'ECONNREFUSED' } });
    expect(findings['tls']).toMatchObject({ verdict: 'skipped' });
  });

  test('TLS to a server that has none fails', async () => {
    const { findings } = await consult(door.url.replace('ws:', 'wss:'));
    expect(findings['tcp']).toMatchObject({ verdict: 'pass' });
    expect(findings['tls']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('ws://') as string,
    });
    expect(findings['handshake']).toMatchObject({ verdict: 'skipped' });
  });

  describe('with a certificate', () => {
    async function tls(days: number, isTrusted: boolean) {
      const pem = selfSigned(days);
      const server = createTlsServer(pem).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      server.on('tlsClientError', () => undefined);
      const instruments = isTrusted ? { trust: { ca: pem.cert } } : {};
      const { findings } = await consult(`wss://127.0.0.1:${port}`, { probeSeconds: undefined, instruments });
      server.close();
      return findings['tls'];
    }

    test('that is good for long, it passes', async () => {
      expect(await tls(91, true)).toMatchObject({ verdict: 'pass', evidence: { certificateDays: 90 } });
    });

    test('that is self-signed, it fails', async () => {
      expect(await tls(91, false)).toMatchObject({
        verdict: 'fail',
        remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
      });
    });

    test('that ends in nine days, it is a warning', async () => {
      expect(await tls(9, true)).toMatchObject({
        verdict: 'warn',
        evidence: { protocol: 'TLSv1.3', certificateDays: 8 },
      });
    });
  });
});

describe('Deepgram', () => {
  test.each<[string, { apiKey: string } | { accessToken: string } | undefined, string]>([
    ['that is missing', undefined, 'DEEPGRAM_API_KEY'],
    ['in quotes', { apiKey: `"${KEY}"` }, 'quotes'],
    ['with its scheme', { apiKey: `Token ${KEY}` }, 'added'],
    [
      'that is a temporary token',
      { apiKey: 'eyJhbGciOiJub25lIn0.eyJpYXQiOjF9.signature' },
      'DEEPGRAM_ACCESS_TOKEN',
    ],
    ['that is refused', { apiKey: 'wrong-key-that-is-long-enough' }, 'Authorization'],
    ['sent as a token', { accessToken: KEY }, 'Authorization'],
  ])('a key %s fails, and is not shown', async (_, secret, advice) => {
    const { code, findings, text } = await consult(door, { secret });
    const { verdict, summary, remedy } = findings['credentials'] ?? {};
    expect(verdict).toBe('fail');
    expect(`${summary} ${remedy}`).toContain(advice);
    expect(findings['pause']).toMatchObject({ verdict: 'skipped' });
    expect(code).toBe(1);
    for (const value of Object.values(secret ?? {})) expect(text).not.toContain(value);
  });

  test.each([402, 403])('an account without permission (HTTP %i) fails', async (status) => {
    const { findings } = await consult(door, { faults: () => [refuse(status)] });
    expect(findings['credentials']).toMatchObject({ verdict: 'fail', evidence: { status } });
    expect(findings['handshake']).toMatchObject({ verdict: 'pass' });
  });

  test('parameters that the server refuses fail, and the key is right', async () => {
    const { findings } = await consult(door, { faults: () => [refuse(400, 'No such model.')] });
    expect(findings['parameters']).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('No such model') as string,
    });
    expect(findings['credentials']).toMatchObject({ verdict: 'pass' });
  });

  test('parameters that cannot work fail before any request', async () => {
    const { findings } = await consult(door, { listen: { utterance_end_ms: 500 } });
    expect(findings['parameters']).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('utterance_end_ms') as string,
    });
    expect(findings['handshake']).toMatchObject({ verdict: 'skipped' });
  });

  test('warns of valid parameters that are rarely intended', async () => {
    const { code, findings } = await consult(door, {
      listen: { endpointing: false, interim_results: true },
      probeSeconds: undefined,
    });
    expect(findings['parameters']).toMatchObject({
      verdict: 'warn',
      remedy: expect.stringContaining('endpointing') as string,
    });
    expect(code).toBe(0);
  });

  test.each([429, 503])('an unavailable server (HTTP %i) fails', async (status) => {
    const { findings } = await consult(door, { faults: () => [refuse(status)] });
    expect(findings['handshake']).toMatchObject({ verdict: 'fail', evidence: { status } });
    expect(findings['credentials']).toMatchObject({ verdict: 'skipped' });
  });
});

test('a handshake that is never answered is named once', async () => {
  const { findings } = await consult(door, { faults: () => [hang()] });
  expect(findings['handshake']).toMatchObject({ verdict: 'fail', summary: 'connect-timeout' });
});

describe('the probe', () => {
  test('without results it fails', async () => {
    const { code, findings } = await consult(door, { faults: (n) => (n === 1 ? [] : [stallResults()]) });
    expect(findings['results']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('encoding') as string,
    });
    expect(code).toBe(1);
  });

  test('with a connection that does not live through the pause it fails', async () => {
    const faults = (n: number) => (n === 2 ? [close(1011, NET_0001, { afterMs: 6_000 })] : []);
    const { findings } = await consult(door, { faults });
    expect(findings['pause']).toMatchObject({ verdict: 'fail', evidence: { kind: 'client-silent' } });
  });

  test('with a server that takes no KeepAlive it fails', async () => {
    const { findings } = await consult(door, { server: { noAudioTimeoutMs: 5_000 } });
    expect(findings['pause']).toMatchObject({ verdict: 'fail', evidence: { kind: 'no-audio' } });
  });

  test('with a connection lost beside the pause it warns', async () => {
    const faults = (n: number) => (n === 2 ? [close(1012, '', { afterMs: 500 })] : []);
    const { findings } = await consult(door, { faults });
    expect(findings['pause']).toMatchObject({
      verdict: 'warn',
      summary: expect.stringContaining('service-restart') as string,
    });
  });

  test('with an end that never comes it fails', async () => {
    const faults = (n: number) => (n === 1 ? [] : n === 2 ? [halfOpen({ afterMs: 13_500 })] : [refuse(503)]);
    const { findings } = await consult(door, { faults });
    expect(findings['close']).toMatchObject({ verdict: 'fail', evidence: { outcome: 'deadline' } });
  });

  test('whose session fails reports the reason', async () => {
    const faults = (n: number) => (n === 1 ? [] : [refuse(402)]);
    const { findings } = await consult(door, { faults });
    expect(findings['results']).toMatchObject({ verdict: 'fail', evidence: { reason: 'payment-required' } });
    expect(findings['pause']).toMatchObject({ verdict: 'skipped' });
    expect(findings['close']).toMatchObject({ verdict: 'skipped' });
  });

  test('that loses every connection shows by what, and not for how long it has tried', async () => {
    const faults = (n: number) => (n === 1 ? [] : [flap(1011)]);
    const { findings } = await consult(door, { faults });
    expect(findings['results']).toMatchObject({
      verdict: 'fail',
      summary: 'connections were lost repeatedly, the last by server-error',
      evidence: { reason: 'retries-exhausted' },
    });
    expect(findings['results']?.remedy).not.toContain('giveUpAfterMs');
    expect(findings['notices']).toMatchObject({ verdict: 'pass' });
  });

  test('reports the notices of the session', async () => {
    const file = join(folder, 'clipped.raw');
    const shouted = Int16Array.from({ length: 160_000 }, (_, i) =>
      Math.max(-32_768, Math.min(32_767, Math.round(60_000 * Math.sin(i / 20)))),
    );
    writeFileSync(file, new Uint8Array(shouted.buffer));
    const { findings } = await consult(door, {
      audio: { kind: 'file', path: file },
      listen: { encoding: 'linear16', sample_rate: 16_000, interim_results: true },
      probeSeconds: 20,
    });
    expect(findings['level']).toMatchObject({ verdict: 'warn' });
    expect(findings['notices']).toMatchObject({ verdict: 'warn', evidence: { codes: 'audio-clipping' } });
  });

  test('is ended by an interruption, and leaves nothing behind', async () => {
    const { code, text, pendingTimers } = await consult(door, { interruptAfterMs: 6_000 });
    expect(code).toBeUndefined();
    expect(text).toBe('');
    expect(pendingTimers).toBe(0);
  });
});

describe('output', () => {
  test('fits a terminal of 80 columns, and has no colour where there is none', async () => {
    const { text } = await consult(door, { json: false, faults: () => [refuse(400, 'No such model.')] });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(80);
    expect(text).not.toContain('\x1b');
    expect(text).toContain('Some checks failed.');
    expect(text).toMatch(/✘ Parameters {5}HTTP 400 bad-request \(No such model/);
  });

  test('fits 24 lines when all is well, with audio, too', async () => {
    const { text } = await consult(door, { json: false, audio: { kind: 'file', path: recording } });
    expect(text).toContain('No check failed.');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
  });

  test('puts the one failure first, and what could not be checked for it in a line for each reason', async () => {
    const { text } = await consult('wss://no-such-host.invalid', { json: false });
    const lines = text.split('\n');
    expect(lines[1]).toMatch(/Network {3}✘ DNS/);
    const skipped = lines.filter((line) => line.startsWith('  – not checked'));
    expect(skipped.length).toBeGreaterThan(0);
    expect(skipped.length).toBeLessThanOrEqual(7);
    expect(lines.length).toBeLessThanOrEqual(24);
  });

  test('as JSON is one object', async () => {
    const { text } = await consult(door, { probeSeconds: undefined });
    expect(JSON.parse(text)).toMatchObject({ version: 1, url: door.url, healthy: true });
  });

  test('shows the progress on a terminal that can be redrawn, and restores the cursor', async () => {
    const { text } = await consult(door, { json: false, isTTY: true });
    expect(text).toContain('… sends no audio for 11 s');
    expect(text).toContain('… sends no audio for 1 s');
    expect(text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(text.lastIndexOf('\x1b[?25l'));
    expect(text).toContain('\x1b[32m✔');
  });

  test('reports a microphone without output', async () => {
    const stdin = new PassThrough();
    stdin.end();
    const { findings } = await consult(door, { audio: { kind: 'stdin' }, stdin, probeSeconds: undefined });
    expect(findings['source']).toMatchObject({
      verdict: 'fail',
      summary: 'standard input delivers no audio',
    });
  });
});
