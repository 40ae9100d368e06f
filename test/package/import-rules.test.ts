/** Checks all imports against the rules of `layers.ts`. The table of docs/architecture.md describes the same rules. */
import { describe, expect, test } from 'vitest';
import { type Area, NESTED, type Rule, RULES, SINGLE_FILES } from './layers.ts';
import { cyclesOf, filesUnder, type Import, importsOf, readText } from './source-tree.ts';

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

  test('the transport is chosen by the platform in one place for sessions, and where one is passed through', () => {
    const choosers = imports.filter((each) => /^src\/transports\/(browser|node)\.ts$/.test(each.to));
    expect([...new Set(choosers.map((each) => each.from))]).toEqual([
      'src/adapters/deepgram-sdk/pass-through.ts',
      'src/client/platform-transport.ts',
      'src/node.ts',
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

  test('none is longer than 400 lines', () => {
    const long = all.map((file) => ({ file, lines: readText(file).trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  test('none has a generic name such as utils', () => {
    const vague = /(^|[/.-])(utils?|helpers?|types?|common|misc|managers?|shared|stuff)(?=[/.-]|$)/;
    expect(all.filter((file) => vague.test(file))).toEqual([]);
  });
});

/** Each rule is tested with a small breach. */
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
    ['cli', 'src/tools/cli/x.ts', "import { findFailure } from '../../diagnosis/explain/find.ts';"],
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
