/**
 * The architecture, as rules over the imports that are really there. Each rule is a row with a sentence that says
 * why; the table of docs/architecture.md is this one in prose.
 */
import { describe, expect, test } from 'vitest';
import { filesUnder, type Import, importsOf, readText } from './source-tree.ts';

/** Names of what can be imported: an area of `src`, or packages. */
type Area =
  | 'leaf'
  | 'clock'
  | 'protocol'
  | 'transport port'
  | 'transport tap'
  | 'transports'
  | 'data'
  | 'control'
  | 'diagnosis'
  | 'recorder'
  | 'diagnosis index'
  | 'browser'
  | 'root'
  | 'public index'
  | 'testing'
  | 'testing index'
  | 'sources'
  | 'bindings'
  | 'telephony'
  | 'captions'
  | 'viewer'
  | 'cli';
type Package = 'xstate' | 'rxjs' | 'ws' | 'node' | 'react' | '@angular/core';

interface Rule {
  area: Area;
  /** What it may import, besides itself. */
  may: readonly (Area | Package)[];
  /** What it may import as a type. */
  mayAsType: readonly (Area | Package)[];
  because: string;
}

/** The files that stand for themselves. Of the rest, the folder is the area. */
const SINGLE_FILES: Record<string, Area> = {
  'src/clock.ts': 'clock',
  'src/errors.ts': 'leaf',
  'src/environment.ts': 'leaf',
  'src/client/default-clock.ts': 'root',
  'src/client/options.ts': 'root',
  'src/client/live-transcription.ts': 'root',
  'src/client/session.ts': 'root',
  'src/static.ts': 'root',
  'src/client/transcribe.ts': 'root',
  'src/index.ts': 'public index',
  'src/transports/tap.ts': 'transport tap',
  'src/transports/transport.ts': 'transport port',
  'src/diagnosis/index.ts': 'diagnosis index',
  'src/testing/index.ts': 'testing index',
};

/** Folders within a folder that keep to other rules than the rest of it. */
const NESTED: Record<string, Area> = { 'src/diagnosis/recorder/': 'recorder' };

const RULES: readonly Rule[] = [
  {
    area: 'leaf',
    may: [],
    mayAsType: [],
    because: 'everything stands on it, so it can stand on nothing',
  },
  {
    area: 'clock',
    may: [],
    mayAsType: [],
    because: 'the one source of time must be replaceable without dragging anything along',
  },
  {
    area: 'transport port',
    may: [],
    mayAsType: [],
    because: 'browser, Node and virtual sockets share these types and nothing else',
  },
  {
    area: 'transport tap',
    may: [],
    mayAsType: ['transport port'],
    because: 'the recorder and the viewer watch a connection without loading any part of a session',
  },
  {
    area: 'protocol',
    may: ['leaf', 'clock'],
    mayAsType: ['transport port'],
    because:
      "what Deepgram says and expects is a matter of data, readable and testable without a connection's machinery",
  },
  {
    area: 'transports',
    may: ['leaf', 'clock', 'transport port', 'node'],
    mayAsType: ['transport port'],
    because: 'a transport moves bytes: it must not know what they mean, nor who decides',
  },
  {
    area: 'data',
    may: ['leaf', 'clock', 'protocol'],
    mayAsType: ['transport port', 'diagnosis'],
    because:
      'the data plane is synchronous and free of xstate and rxjs, so that its properties run by the million',
  },
  {
    area: 'control',
    may: ['leaf', 'clock', 'protocol', 'xstate'],
    mayAsType: ['transport port'],
    because: 'the control plane decides and carries no audio, so it can see neither the data plane nor rxjs',
  },
  {
    area: 'diagnosis',
    may: ['leaf', 'protocol', 'data', 'rxjs'],
    mayAsType: ['clock', 'control', 'root'],
    because: 'a notice explains what others have found out, and must not be able to change it',
  },
  {
    area: 'browser',
    may: ['leaf', 'clock', 'rxjs'],
    mayAsType: [],
    because: 'who only wants the microphone must not pay for a transcription, nor the other way round',
  },
  {
    area: 'root',
    may: [
      'leaf',
      'clock',
      'protocol',
      'transports',
      'data',
      'control',
      'diagnosis',
      'browser',
      'xstate',
      'rxjs',
    ],
    mayAsType: ['transport port'],
    because: 'the planes are joined here and nowhere else, and rxjs is the face shown to users',
  },
  {
    area: 'public index',
    may: ['leaf', 'clock', 'control', 'root', 'protocol', 'diagnosis', 'browser'],
    mayAsType: ['data', 'transport port'],
    because: 'it names what is public, and does nothing',
  },
  {
    area: 'recorder',
    may: ['public index', 'transport tap', 'rxjs', 'xstate'],
    mayAsType: [],
    because: 'it listens as any user could, and what it lacks, they lack',
  },
  {
    area: 'diagnosis index',
    may: ['diagnosis', 'recorder'],
    mayAsType: [],
    because: 'it names what is public, and does nothing',
  },
  {
    area: 'testing',
    may: ['clock', 'ws', 'node'],
    mayAsType: ['transport port', 'protocol'],
    because: 'the emulator judges the client: sharing code with it, they would share their mistakes',
  },
  {
    area: 'testing index',
    may: ['testing'],
    mayAsType: [],
    because: 'it names what is public, and does nothing',
  },
  {
    area: 'sources',
    may: ['public index', 'clock', 'rxjs', 'node'],
    mayAsType: [],
    because: 'what we can build on the public names and a clock, our users can build too',
  },
  {
    area: 'bindings',
    may: ['public index', 'rxjs', 'react', '@angular/core'],
    mayAsType: [],
    because: 'an adapter of one screen, written as a user would write it',
  },
  {
    area: 'telephony',
    may: ['public index', 'clock', 'rxjs'],
    mayAsType: [],
    because: 'a call is a source like any other, and runs wherever a socket is accepted, Node or not',
  },
  {
    area: 'captions',
    may: [],
    mayAsType: ['public index'],
    because: 'a file is made of finished transcripts: who writes one needs no session, nor any of its code',
  },
  {
    area: 'viewer',
    may: ['public index', 'transport tap', 'clock', 'protocol', 'control', 'sources', 'rxjs'],
    mayAsType: ['xstate'],
    because: 'it shows the machine as it is, so it reads the definition; all else it sees as a user would',
  },
  {
    area: 'cli',
    may: ['public index', 'diagnosis index', 'testing index', 'sources', 'rxjs', 'node'],
    mayAsType: ['viewer'],
    because: 'it is the first user of the public names: what it lacks, they lack',
  },
];

/** Only these files may load the package: elsewhere it would end up in every browser bundle. */
const WS_USERS = /^src\/(transports\/node\.ts$|testing\/)/;

const files = filesUnder('src');
const imports = files.flatMap((file) => importsOf(file));

function areaOf(file: string): string | undefined {
  const nested = Object.entries(NESTED).find(([folder]) => file.startsWith(folder))?.[1];
  return SINGLE_FILES[file] ?? nested ?? /^src\/([^/]+)\//.exec(file)?.[1];
}

/** The area of a file, or the name of the package. */
function targetOf(path: string): string | undefined {
  if (path.startsWith('src/')) return areaOf(path);
  if (path.startsWith('node:')) return 'node';
  return /^(@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function breaches(rule: Rule, found: readonly Import[]): string[] {
  const may: readonly string[] = [rule.area, ...rule.may];
  const mayAsType: readonly string[] = rule.mayAsType;
  const isAllowed = (each: Import): boolean => {
    const target = targetOf(each.to) ?? '';
    if (target === 'ws') return WS_USERS.test(each.from);
    return may.includes(target) || (each.typeOnly && mayAsType.includes(target));
  };
  return found.filter((each) => areaOf(each.from) === rule.area && !isAllowed(each)).map(show);
}

function show(each: Import): string {
  return `${each.from}:${each.line} imports ${each.typeOnly ? 'a type of ' : ''}${each.to}`;
}

describe('imports', () => {
  for (const rule of RULES) {
    const allowed =
      [...rule.may, ...rule.mayAsType.map((each) => `types of ${each}`)].join(', ') || 'nothing';
    test(`${rule.area} imports ${allowed}: ${rule.because}`, () => {
      expect(breaches(rule, imports)).toEqual([]);
    });
  }

  test('every file belongs to an area that has a rule, so that a new folder is a decision', () => {
    const ruled = new Set<string | undefined>(RULES.map((rule) => rule.area));
    expect(files.filter((file) => !ruled.has(areaOf(file)))).toEqual([]);
  });

  test('ws is loaded by the Node transport and the testing kit only: in a browser it throws', () => {
    const strays = imports.filter((each) => targetOf(each.to) === 'ws' && !WS_USERS.test(each.from));
    expect(strays.map(show)).toEqual([]);
  });

  test('the transport is chosen by the platform in one place, the composition root', () => {
    const choosers = imports.filter((each) => /^src\/transports\/(browser|node)\.ts$/.test(each.to));
    expect([...new Set(choosers.map((each) => each.from))]).toEqual(['src/client/session.ts']);
  });

  test('our own files are imported with their extension and exist', () => {
    const known = new Set(files);
    const lost = imports.filter((each) => each.to.startsWith('src/') && !known.has(each.to));
    expect(lost.map(show)).toEqual([]);
  });

  test('there are no cycles, not even of types: one file can always be read before the other', () => {
    expect(cycles(imports)).toEqual([]);
  });
});

/** The shortest way back to itself, for each file that has one and is the first of its cycle by name. */
function cycles(all: readonly Import[]): string[] {
  const found: string[] = [];
  for (const start of files) {
    const cameFrom = new Map<string, string>();
    const queue = [start];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const from = file;
      for (const { to } of all.filter((each) => each.from === from)) {
        if (!cameFrom.has(to)) {
          cameFrom.set(to, file);
          queue.push(to);
        }
      }
    }
    const back = [start];
    for (let file = cameFrom.get(start); file !== undefined && file !== start; file = cameFrom.get(file)) {
      back.unshift(file);
    }
    const isFirstByName = back.every((file) => start <= file);
    if (cameFrom.has(start) && isFirstByName) found.push([start, ...back].join(' → '));
  }
  return found;
}

describe('files', () => {
  const all = [...files, ...filesUnder('test'), ...filesUnder('scripts', '.mjs'), ...filesUnder('scripts')];

  test('none is longer than 400 lines: before that, look for the second noun in it', () => {
    const long = all.map((file) => ({ file, lines: readText(file).trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  test('none has a name that would fit anything', () => {
    const vague = /(^|[/.-])(utils?|helpers?|types?|common|misc|managers?|shared|stuff)(?=[/.-]|$)/;
    expect(all.filter((file) => vague.test(file))).toEqual([]);
  });
});

/** Rules that cannot fail protect nothing: each is shown a small offence. */
describe('the rules themselves', () => {
  const rule = (area: Area): Rule => RULES.find((each) => each.area === area) as Rule;
  const judge = (area: Area, file: string, text: string): number =>
    breaches(rule(area), importsOf(file, text)).length;

  test.each<[Area, string, string]>([
    ['data', 'src/audio/x.ts', "import { Subject } from 'rxjs';"],
    ['data', 'src/audio/x.ts', "export type { Actor } from 'xstate';"],
    ['data', 'src/audio/x.ts', "import { connect } from '../transports/transport.ts';"],
    ['data', 'src/audio/x.ts', "const machine = await import('../control/status.ts');"],
    ['control', 'src/connection/x.ts', "import type { Uplink } from '../data/uplink.ts';"],
    ['control', 'src/connection/x.ts', "type Line = import('../../data/uplink.ts').Uplink;"],
    ['protocol', 'src/protocol/x.ts', "import '../control/status.ts';"],
    ['testing', 'src/testing/x.ts', "import { CLOSE_STREAM } from '../protocol/client-messages.ts';"],
    ['testing', 'src/testing/x.ts', "export * from '../protocol/limits.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { checkOptions } from '../options.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { levelOf } from '../diagnosis/audio/level.ts';"],
    ['recorder', 'src/diagnosis/recorder/x.ts', "import { DataPlane } from '../../data/data-plane.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { WebSocket } from 'ws';"],
    ['bindings', 'src/adapters/x.ts', "import { leafState } from '../control/status.ts';"],
    ['transports', 'src/transports/browser.ts', "import { WebSocket } from 'ws';"],
    ['leaf', 'src/errors.ts', "import { systemClock } from './clock.ts';"],
    ['root', 'src/client/transcribe.ts', "import { VirtualClock } from './testing/index.ts';"],
    ['root', 'src/client/transcribe.ts', "import { main } from './cli/main.ts';"],
  ])('%s: refuses, in %s, %s', (area, file, text) => {
    expect(judge(area, file, text)).toBe(1);
  });

  test.each<[Area, string, string]>([
    ['data', 'src/audio/x.ts', "import type { Socket } from '../transports/transport.ts';"],
    ['data', 'src/audio/x.ts', "import { type Socket } from '../transports/transport.ts';"],
    ['testing', 'src/testing/x.ts', "import { type ServerMessage } from '../protocol/server-messages.ts';"],
    ['testing', 'src/testing/x.ts', "import { WebSocketServer } from 'ws';"],
    ['cli', 'src/tools/cli/x.ts', "import { transcribe } from '../index.ts';"],
  ])('%s: lets pass, in %s, %s', (area, file, text) => {
    expect(judge(area, file, text)).toBe(0);
  });
});
