/** The session's options, as a world's setting wants them. */
import type { LiveTranscriptionOptions } from '../../../src/index.ts';
import { SECRET } from './platform.ts';
import type { World } from './world.ts';

export function optionsOf(
  { setting, desk, loop, wire, page, limit }: World,
  inspect: LiveTranscriptionOptions['inspect'],
): LiveTranscriptionOptions {
  const raw = { encoding: 'linear16', sample_rate: setting.rate } as const;
  return {
    auth: setting.auth === 'key' ? { apiKey: `${SECRET}-valid-fixed` } : desk.auth,
    listen: {
      model: 'nova-3',
      ...(setting.format === 'raw' ? raw : {}),
      interim_results: setting.interim,
      endpointing: 300,
    },
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
