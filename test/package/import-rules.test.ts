/**
 * The architecture, as rules over the imports that are really there. Each rule is a row with a sentence that says
 * why; the table of docs/architecture.md is this one in prose.
 */
import { describe, expect, test } from 'vitest';
import { cyclesOf, filesUnder, type Import, importsOf, readText } from './source-tree.ts';

/** Names of what can be imported: an area of `src`, or packages. */
type Area =
  | 'leaf'
  | 'clock'
  | 'protocol'
  | 'transport port'
  | 'transport tap'
  | 'transports'
  | 'audio'
  | 'transcript'
  | 'link'
  | 'connection'
  | 'diagnosis'
  | 'recorder'
  | 'diagnosis index'
  | 'machine index'
  | 'browser'
  | 'client'
  | 'static'
  | 'public index'
  | 'testing'
  | 'testing index'
  | 'sources'
  | 'adapters'
  | 'sdk adapter'
  | 'telephony'
  | 'captions'
  | 'viewer'
  | 'cli';
type Package = 'xstate' | 'rxjs' | 'ws' | 'node' | 'react' | '@angular/core' | '@deepgram/sdk';

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
  'src/adaptive-timeout.ts': 'leaf',
  'src/clock.ts': 'clock',
  'src/environment.ts': 'leaf',
  'src/errors.ts': 'leaf',
  'src/facts.ts': 'leaf',
  'src/outside-text.ts': 'leaf',
  'src/static.ts': 'static',
  'src/index.ts': 'public index',
  'src/transports/transport.ts': 'transport port',
  'src/transports/tap.ts': 'transport tap',
  'src/diagnosis/index.ts': 'diagnosis index',
  'src/connection/index.ts': 'machine index',
  'src/testing/index.ts': 'testing index',
  'src/adapters/deepgram-sdk.ts': 'sdk adapter',
};

/** Folders within a folder that keep to other rules than the rest of it. */
const NESTED: Record<string, Area> = {
  'src/adapters/deepgram-sdk/': 'sdk adapter',
  'src/diagnosis/recorder/': 'recorder',
  'src/tools/cli/': 'cli',
  'src/tools/sources/': 'sources',
  'src/tools/viewer/': 'viewer',
};

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
    because: 'who listens to a socket needs no more than the port',
  },
  {
    area: 'transports',
    may: ['leaf', 'clock', 'transport port', 'node'],
    mayAsType: [],
    because: 'a transport moves bytes: it must not know what they mean, nor who decides',
  },
  {
    area: 'protocol',
    may: ['leaf'],
    mayAsType: ['transport port'],
    because:
      "what Deepgram says and expects is a matter of data, readable and testable without a connection's machinery",
  },
  {
    area: 'audio',
    may: ['leaf', 'clock', 'protocol'],
    mayAsType: [],
    because:
      'what is said is kept without knowing to whom it goes: free of xstate and rxjs, so that its properties run by the million',
  },
  {
    area: 'transcript',
    may: ['audio'],
    mayAsType: ['protocol'],
    because: 'what is heard is joined without knowing from which socket it comes',
  },
  {
    area: 'link',
    may: ['leaf', 'clock'],
    mayAsType: ['audio', 'protocol', 'transcript', 'transport port'],
    because:
      'one connection is the parts that it is given; it makes none of them, so that each can be tried alone',
  },
  {
    area: 'connection',
    may: ['leaf', 'protocol', 'xstate'],
    mayAsType: ['clock', 'transport port'],
    because: 'the machine decides and carries no audio, so it can see neither audio nor links nor rxjs',
  },
  {
    area: 'diagnosis',
    may: ['leaf', 'protocol', 'audio', 'rxjs'],
    mayAsType: ['clock', 'connection', 'link', 'client'],
    because: 'a notice explains what others have found out, and must not be able to change it',
  },
  {
    area: 'browser',
    may: ['leaf', 'clock', 'rxjs'],
    mayAsType: [],
    because: 'who only wants the microphone must not pay for a transcription, nor the other way round',
  },
  {
    area: 'client',
    may: [
      'leaf',
      'clock',
      'protocol',
      'transports',
      'audio',
      'transcript',
      'link',
      'connection',
      'diagnosis',
      'browser',
      'xstate',
      'rxjs',
    ],
    mayAsType: ['transport port'],
    because: 'the parts are joined here and nowhere else, and rxjs is the face shown to users',
  },
  {
    area: 'static',
    may: ['audio', 'client', 'diagnosis'],
    mayAsType: [],
    because: 'it loads at once what is loaded on demand elsewhere',
  },
  {
    area: 'public index',
    may: ['leaf', 'clock', 'connection', 'client', 'protocol', 'diagnosis', 'browser'],
    mayAsType: ['audio', 'transcript', 'transport port'],
    because: 'it names what is public, and does nothing',
  },
  {
    area: 'recorder',
    may: ['machine index', 'diagnosis', 'leaf', 'public index', 'transport tap', 'rxjs', 'xstate'],
    mayAsType: [],
    because: 'it listens as any user could, and what it lacks, they lack',
  },
  {
    area: 'machine index',
    may: ['connection'],
    mayAsType: [],
    because: 'it names what is public, and does nothing',
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
    area: 'adapters',
    may: ['public index', 'rxjs', 'react', '@angular/core'],
    mayAsType: [],
    because: 'an adapter of one screen, written as a user would write it',
  },
  {
    area: 'sdk adapter',
    may: ['leaf', 'clock', 'client', 'protocol', 'transcript', 'transports'],
    mayAsType: ['link', 'transport port', '@deepgram/sdk'],
    because: 'it stands between two clients, so it needs our insides and only the types of the other',
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
    may: [
      'public index',
      'machine index',
      'browser',
      'clock',
      'protocol',
      'connection',
      'transport tap',
      'sources',
      'rxjs',
    ],
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

  test('the transport is chosen by the platform where a session is made, and where one is passed through', () => {
    const choosers = imports.filter((each) => /^src\/transports\/(browser|node)\.ts$/.test(each.to));
    expect([...new Set(choosers.map((each) => each.from))]).toEqual([
      'src/adapters/deepgram-sdk/pass-through.ts',
      'src/client/session.ts',
    ]);
  });

  test('our own files are imported with their extension and exist', () => {
    const known = new Set(files);
    const lost = imports.filter((each) => each.to.startsWith('src/') && !known.has(each.to));
    expect(lost.map(show)).toEqual([]);
  });

  test('there are no cycles, not even of types: one file can always be read before the other', () => {
    expect(cyclesOf(imports, files)).toEqual([]);
  });
});

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
    ['audio', 'src/audio/x.ts', "import { Subject } from 'rxjs';"],
    ['audio', 'src/audio/x.ts', "export type { Actor } from 'xstate';"],
    ['audio', 'src/audio/x.ts', "import { connect } from '../transports/transport.ts';"],
    ['audio', 'src/audio/x.ts', "const machine = await import('../connection/status.ts');"],
    [
      'transcript',
      'src/transcript/x.ts',
      "import { decode } from '../protocol/listen-v1/server-messages.ts';",
    ],
    ['link', 'src/link/x.ts', "import { AudioTimeline } from '../audio/audio-timeline.ts';"],
    ['connection', 'src/connection/x.ts', "import type { Link } from '../link/link.ts';"],
    ['connection', 'src/connection/x.ts', "type Line = import('../link/link.ts').Link;"],
    ['protocol', 'src/protocol/x.ts', "import '../connection/status.ts';"],
    [
      'testing',
      'src/testing/x.ts',
      "import { CLOSE_STREAM } from '../protocol/listen-v1/client-messages.ts';",
    ],
    ['testing', 'src/testing/x.ts', "export * from '../protocol/limits.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { checkOptions } from '../../client/options.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { levelOf } from '../../diagnosis/audio/level.ts';"],
    ['recorder', 'src/diagnosis/recorder/x.ts', "import { Link } from '../../link/link.ts';"],
    ['cli', 'src/tools/cli/x.ts', "import { WebSocket } from 'ws';"],
    ['adapters', 'src/adapters/x.ts', "import { leafState } from '../connection/status.ts';"],
    ['sdk adapter', 'src/adapters/deepgram-sdk/x.ts', "import { DeepgramClient } from '@deepgram/sdk';"],
    ['transports', 'src/transports/browser.ts', "import { WebSocket } from 'ws';"],
    ['leaf', 'src/errors.ts', "import { systemClock } from './clock.ts';"],
    ['client', 'src/client/transcribe.ts', "import { VirtualClock } from '../testing/index.ts';"],
    ['client', 'src/client/transcribe.ts', "import { main } from '../tools/cli/main.ts';"],
  ])('%s: refuses, in %s, %s', (area, file, text) => {
    expect(judge(area, file, text)).toBe(1);
  });

  test.each<[Area, string, string]>([
    ['link', 'src/link/x.ts', "import type { Socket } from '../transports/transport.ts';"],
    ['link', 'src/link/x.ts', "import { type Socket } from '../transports/transport.ts';"],
    ['testing', 'src/testing/x.ts', "import { type ServerMessage } from '../protocol/server-message.ts';"],
    ['testing', 'src/testing/x.ts', "import { WebSocketServer } from 'ws';"],
    ['cli', 'src/tools/cli/x.ts', "import { transcribe } from '../../index.ts';"],
  ])('%s: lets pass, in %s, %s', (area, file, text) => {
    expect(judge(area, file, text)).toBe(0);
  });
});
