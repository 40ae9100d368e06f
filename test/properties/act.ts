/** Runs a scenario: each step as an app, a network, a server or a machine does it. */
import { flap, hang, muxWav, refuse } from '../../src/testing/index.ts';
import type { Form, Reaction, Scenario, Step } from './scenario.ts';
import { World, type WorldOptions } from './world/world.ts';

/** Runs a whole session until long after its end; breaches are in `world.broken`. */
export async function live({ setting, steps }: Scenario, options: WorldOptions): Promise<World> {
  const world = new World(setting, options);
  try {
    await begin(world);
    for (const step of steps) {
      if (world.broken) break;
      await act(world, step);
    }
    await end(world);
  } catch (error) {
    world.breach('crash', String((error as Error).stack ?? error));
  }
  return world;
}

export async function begin(world: World): Promise<void> {
  await world.settle();
  if (world.setting.format === 'raw') return;
  const { header } = muxWav(new Int16Array(0), { sampleRate: world.setting.rate });
  world.send(header, 0, 'header');
  // The framing of containers is loaded on demand, which takes turns of the real event loop.
  await import('../../src/audio/container-framing.ts');
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await world.settle();
}

export async function act(world: World, step: Step): Promise<void> {
  if (world.isNarrated && step.do !== 'close' && step.do !== 'abort') world.tell(inWords(step));
  if (LASTING.has(step.do)) world.ail();
  await perform(world, step);
  world.check();
}

/** What may be felt later than it is done. */
const LASTING: ReadonlySet<Step['do']> = new Set([
  'cutAfter',
  'halfOpen',
  'outage',
  'weather',
  'refuse',
  'hang',
  'flap',
  'stall',
  'doom',
  'throttle',
  'lose',
  'mute',
  'block',
  'sleep',
  'token',
  'crowd',
  'abort',
]);

function inWords({ do: what, ...details }: Step): string {
  const text = JSON.stringify(details);
  return text === '{}' ? what : `${what} ${text.slice(1, -1).replaceAll('"', '')}`;
}

async function perform(world: World, step: Step): Promise<void> {
  const { live: session, network, server, desk } = world;
  switch (step.do) {
    case 'speak':
      return speak(world, step.ms, step.frameMs, step.form);
    case 'burst':
      return speakAtOnce(world, step.ms, step.frameMs);
    case 'hush':
      return hush(world, step.ms);
    case 'rest':
      return world.advance(step.ms);
    case 'converse':
      for (let turn = 0; turn < step.turns && !world.broken; turn += 1) {
        await speak(world, step.speakMs, 100, 'view');
        await world.advance(step.restMs);
      }
      return undefined;
    case 'pause':
      world.isPaused = true;
      return session.pause();
    case 'resume':
      world.isPaused = false;
      return session.resume();
    case 'finalize':
      world.speaker.cutHere();
      world.act('finalize');
      world.stir();
      void finalize(world).then(() => world.stir());
      return undefined;
    case 'connect':
      world.act('connect');
      return session.connect();
    case 'react':
      world.reactions.push({ to: step.to, run: () => react(world, step.by) });
      return undefined;
    case 'close':
      return world.close();
    case 'abort':
      return world.abort();
    case 'cut':
      return network.cut();
    case 'online':
    case 'offline':
      return believe(world, step.do);
    case 'cutAfter':
      return network.cutAfterBytes(step.bytes, step.direction);
    case 'halfOpen':
      if (world.wire.present) world.wire.present.isDeafened = true;
      return network.halfOpen(step.direction === 'both' ? undefined : step.direction);
    case 'outage':
      return outage(world, step.ms, step.noticed);
    case 'weather':
      Object.assign(network.conditions, {
        latencyMs: step.latencyMs,
        jitterMs: step.jitterMs,
        uplinkBytesPerSecond: step.uplinkBytesPerSecond,
      });
      return undefined;
    case 'serverClose':
      return server.closeAll(step.code, step.reason);
    case 'refuse':
      for (let i = 0; i < step.times; i += 1) world.handshakeFaults.push(refuse(step.status));
      return undefined;
    case 'hang':
      for (let i = 0; i < step.times; i += 1) world.handshakeFaults.push(hang());
      return undefined;
    case 'flap':
      for (let i = 0; i < step.times; i += 1) world.handshakeFaults.push(flap(step.code));
      return undefined;
    case 'doom':
      world.connectionFaults.push({ kind: step.fault, afterAudioMs: step.afterAudioMs });
      return undefined;
    case 'dropOnCloseStream':
      for (const connection of server.openConnections) connection.dropOnCloseStream(step.before);
      return undefined;
    case 'malformed':
      return server.malformed();
    case 'duplicate':
      return server.duplicateResults();
    case 'stall':
      return server.stallResults();
    case 'unstall':
      return server.resumeResults();
    case 'throttle':
      return server.throttle(step.factor);
    case 'lose':
      return server.loseMessages(step.count);
    case 'mute':
      world.connectionFaults.push({ kind: 'mute' });
      return undefined;
    case 'block':
    case 'sleep':
      world.act(step.do);
      if (step.do === 'sleep' && step.frozen) freeze(world);
      world.standstill.begin(step.do, step.ms);
      return world.advance(step.ms);
    case 'wallJump':
      world.act('wallJump');
      return world.clock.jumpWallTime(step.ms);
    case 'crowd':
      return crowd(world, step.ms);
    case 'token':
      return desk.arrange(step.answer, step.times);
    default:
      return step satisfies never;
  }
}

/** With Flux it is the end of the turn; where the server does not know that, it is refused. */
function finalize({ live: session, setting }: World): Promise<unknown> {
  return setting.flux ? session.endTurn().catch(() => undefined) : session.finalize();
}

function react(world: World, by: Reaction): void {
  world.tell(`  reacts: ${by}`);
  if (by === 'speak') speakAtOnce(world, 200, 100);
  else void perform(world, { do: by });
}

function believe(world: World, belief: 'online' | 'offline'): void {
  world.act(belief);
  world.page.tell(belief);
  world.stir();
}

function freeze(world: World): void {
  world.isFreezing = true;
  world.page.tell('frozen');
  world.isFreezing = false;
}

/** Another session wants the one place that there is, and holds it for so long. */
function crowd({ clock, limit }: World, ms: number): void {
  const place = limit?.request({
    clock,
    awaited: () => undefined,
    granted: () => void clock.setTimeout(() => place?.release(false), ms),
  });
}

async function outage(world: World, ms: number, isNoticed: boolean): Promise<void> {
  world.network.offline = true;
  world.network.cut();
  if (isNoticed) believe(world, 'offline');
  await world.advance(ms);
  world.network.offline = false;
  if (isNoticed) believe(world, 'online');
}

export async function end(world: World): Promise<void> {
  if (world.setting.ending === 'close') world.close();
  else world.abort();
  const isBroken = () => world.broken !== undefined;
  // Beyond every deadline there is: [G9] complains long before.
  for (let waited = 0; waited < 400 && !world.report && !isBroken(); waited += 1) await world.advance(5_000);
  const { report } = world;
  if (isBroken()) return;
  if (!report) return world.breach('G9', 'close() had not settled after half an hour');
  world.tell(`report: ${JSON.stringify({ ...report, error: report.error?.message })}`);
  await world.settle();
  // What has ended is silent, and remains so.
  await world.advance(40_000);
  if (!isBroken()) world.over(report);
}

// Audio.

async function speak(world: World, ms: number, frameMs: number, form: Form): Promise<void> {
  const { rate } = world.setting;
  const frame = 2 * Math.max(1, Math.round((rate * frameMs) / 1000));
  const total = 2 * Math.round((rate * ms) / 1000);
  for (let left = total; left > 0 && !world.broken; left -= frame) {
    const wait = world.advance(frameMs);
    if (wait) await wait;
    handIn(world, Math.min(left, frame), form);
  }
}

function speakAtOnce(world: World, ms: number, frameMs: number): void {
  const { rate } = world.setting;
  const frame = 2 * Math.max(1, Math.round((rate * frameMs) / 1000));
  for (let left = 2 * Math.round((rate * ms) / 1000); left > 0; left -= frame) {
    handIn(world, Math.min(left, frame), 'view');
  }
}

async function hush(world: World, ms: number): Promise<void> {
  const { rate } = world.setting;
  if (world.speaker.bytesToWordEnd > 0) handIn(world, world.speaker.bytesToWordEnd, 'view');
  const frame = rate / 5;
  for (let left = 2 * Math.round((rate * ms) / 1000); left > 0; left -= frame) {
    const wait = world.advance(100);
    if (wait) await wait;
    const bytes = Math.min(left, frame);
    // Silence is only ever put between two words.
    if (world.speaker.bytesToWordEnd > 0) return;
    world.send(new Uint8Array(bytes), bytes, 'silence');
  }
}

const SCRATCH = new Uint8Array(1 << 16);
const EMPTY = new Uint8Array(0);

/** Hands in the next bytes of the speech, in one of the ways in which apps do. */
function handIn(world: World, bytes: number, form: Form): void {
  switch (form) {
    case 'view':
      world.send(world.speaker.next(bytes), bytes, 'speech');
      break;
    case 'reused': {
      const view = SCRATCH.subarray(3, 3 + bytes);
      view.set(world.speaker.next(bytes));
      world.send(view, bytes, 'speech');
      view.fill(0x55);
      break;
    }
    case 'buffer':
      world.send(world.speaker.next(bytes).slice().buffer, bytes, 'speech');
      break;
    case 'node':
      world.send(Buffer.from(world.speaker.next(bytes)), bytes, 'speech');
      break;
    case 'odd':
      pieces(world, bytes, (left) => (left > 3 ? (left >> 2) | 1 : left));
      break;
    case 'tiny':
      pieces(world, bytes, (left) => 1 + (left % 3));
      break;
    case 'empties':
      world.send(EMPTY, 0, 'speech');
      world.send(world.speaker.next(bytes), bytes, 'speech');
      break;
    default:
      form satisfies never;
  }
}

function pieces(world: World, bytes: number, lengthOf: (left: number) => number): void {
  for (let left = bytes; left > 0; ) {
    const length = Math.min(left, lengthOf(left));
    world.send(world.speaker.next(length), length, 'speech');
    left -= length;
  }
}
