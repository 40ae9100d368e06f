/** The options of the session and of its server, for a world's setting. */
import type { LiveTranscriptionOptions } from '../../../src/index.ts';
import { fluxOptions } from '../flux/setting.ts';
import { type EmulatorOptions, numberedRecogniser } from '../../../src/testing/index.ts';
import { fluxServer } from '../flux/setting.ts';
import { SECRET } from './platform.ts';
import type { World } from './world.ts';

export function optionsOf(
  { setting, desk, loop, wire, page, limit }: World,
  inspect: LiveTranscriptionOptions['inspect'],
): LiveTranscriptionOptions {
  const raw = setting.format === 'raw' ? ({ encoding: 'linear16', sample_rate: setting.rate } as const) : {};
  const listenV1 = { model: 'nova-3', interim_results: setting.interim, endpointing: 300 };
  const { listen = listenV1, ...flux } = setting.flux ? fluxOptions(setting.flux) : {};
  return {
    ...flux,
    auth: setting.auth === 'key' ? { apiKey: `${SECRET}-valid-fixed` } : desk.auth,
    listen: { ...listen, ...raw },
    connect: setting.connect,
    keepAliveMs: setting.keepAliveMs,
    disconnectAfterIdleMs: setting.disconnectAfterIdleMs,
    giveUpAfterMs: setting.giveUpAfterMs,
    drainMs: setting.drainMs,
    catchUp: setting.catchUp,
    catchUpRate: setting.catchUpRate,
    log: { maxSeconds: setting.maxSeconds, overflow: setting.overflow },
    seed: setting.seed,
    clock: loop,
    transport: wire.transport,
    environment: page.environment,
    connectionLimit: limit,
    ...(inspect ? { inspect } : {}),
  };
}

/** The options of the server, for a world's setting. */
export function serverOf(
  { setting, clock }: World,
  nextFaults: NonNullable<EmulatorOptions['faultsOf']>,
): EmulatorOptions {
  return {
    clock: clock,
    recogniser: numberedRecogniser,
    seed: setting.seed,
    authorise: ({ value }) => !value.includes('unknown'),
    keepAliveHolds: setting.keepAliveHolds,
    processingDelayMs: setting.processingDelayMs,
    noAudioTimeoutMs: setting.noAudioTimeoutMs,
    // Two NET-0000 without a result before them end a session, as they should; the client's own watch is quicker.
    responseTimeoutMs: 1e9,
    maxLogEntries: 0,
    ...fluxServer(setting),
    faultsOf: nextFaults,
  };
}
