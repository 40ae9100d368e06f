/** The connect function of each client. */
import { connectBareWs } from './bare-ws.mjs';
import { connectDeepgramRecipe } from './deepgram-recipe.mjs';
import { connectDeepgramSdk } from './deepgram-sdk.mjs';
import { connectOurs } from './ours.mjs';
import { connectOursInRedis } from './ours-in-redis.mjs';
import { connectPartySocket } from './partysocket.mjs';
import { connectPerfect } from './perfect.mjs';
import { connectResilientSdk } from './resilient-sdk.mjs';
import { connectRxjs } from './rxjs.mjs';

/** @type {Readonly<Record<string, import('./client.mjs').Connect>>} */
const CONNECT = {
  'rx-deepgram': connectOurs,
  'rx-deepgram in Redis': connectOursInRedis,
  'deepgram-sdk': connectDeepgramSdk,
  'resilient-sdk': connectResilientSdk,
  'deepgram-recipe': connectDeepgramRecipe,
  partysocket: connectPartySocket,
  rxjs: connectRxjs,
  'bare-ws': connectBareWs,
  perfect: connectPerfect,
};

/** @param {string} name */
export function connectorOf(name) {
  const connect = CONNECT[name];
  if (!connect) throw new Error(`No client is called ${name}.`);
  return connect;
}
