/**
 * The stage on the hosted service or a compatible server. Those servers cannot be made to fail, so this side breaks the
 * connection.
 */
import { platformTransport, systemClock } from '../../../index.ts';
import { HOSTED_URL } from '../deepgram.ts';
import { watchWire } from '../../viewer/wire.ts';
import { throughProxy } from '../proxy.ts';
import type { Stage } from './stage.ts';

export function openHostedStage(apiKey: string, url: string = HOSTED_URL): Stage {
  const { transport = platformTransport } = throughProxy(url);
  const disturbed = watchWire({ transport });
  const auth = { apiKey };
  return {
    place: new URL(url).host,
    isLocal: false,
    clock: systemClock,
    disturbed: { auth, baseUrl: url, transport: disturbed.transport },
    undisturbed: { auth, baseUrl: url, transport },
    strike: () => disturbed.cut(),
    measuredSilenceMs: () => undefined,
    close: () => Promise.resolve(),
  };
}
