/** The session's options, as a world's setting wants them. */
import type { LiveTranscriptionOptions } from '../../../src/index.ts';
import { fluxOptions } from '../flux/setting.ts';
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
