/** The layers of the sources, and what each may import. */

/** Names of what can be imported: an area of `src`, or packages. */
export type Area =
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
  | 'audio analysis'
  | 'diagnosis index'
  | 'machine index'
  | 'browser'
  | 'client'
  | 'static'
  | 'node index'
  | 'public index'
  | 'testing'
  | 'testing index'
  | 'sources'
  | 'adapters'
  | 'sdk adapter'
  | 'telemetry adapter'
  | 'telephony'
  | 'captions'
  | 'sessions'
  | 'store port'
  | 'store'
  | 'store index'
  | 'store engines'
  | 'viewer'
  | 'cli';
type Package =
  | 'xstate'
  | 'rxjs'
  | 'ws'
  | 'node'
  | 'react'
  | '@angular/core'
  | '@deepgram/sdk'
  | '@opentelemetry/api';

export interface Rule {
  area: Area;
  /** The areas that it may import, besides itself. */
  may: readonly (Area | Package)[];
  /** The areas that it may import as types. */
  mayAsType: readonly (Area | Package)[];
  because: string;
}

/** Files that are an area of their own. For the others, the folder is the area. */
export const SINGLE_FILES: Record<string, Area> = {
  'src/adaptive-timeout.ts': 'leaf',
  'src/clock.ts': 'clock',
  'src/pace.ts': 'leaf',
  'src/running-time.ts': 'clock',
  'src/environment.ts': 'leaf',
  'src/errors.ts': 'leaf',
  'src/facts.ts': 'leaf',
  'src/outside-text.ts': 'leaf',
  'src/platform-causes.ts': 'leaf',
  'src/static.ts': 'static',
  'src/node.ts': 'node index',
  'src/index.ts': 'public index',
  'src/transports/transport.ts': 'transport port',
  'src/transports/tap.ts': 'transport tap',
  'src/diagnosis/index.ts': 'diagnosis index',
  'src/connection/index.ts': 'machine index',
  'src/testing/index.ts': 'testing index',
  'src/adapters/deepgram-sdk.ts': 'sdk adapter',
  'src/adapters/opentelemetry.ts': 'telemetry adapter',
  'src/store/audio-store.ts': 'store port',
  'src/store/index.ts': 'store index',
};

/** Folders with other rules than the folder around them. */
export const NESTED: Record<string, Area> = {
  'src/adapters/deepgram-sdk/': 'sdk adapter',
  'src/diagnosis/audio/': 'audio analysis',
  'src/diagnosis/recorder/': 'recorder',
  'src/store/file/': 'store engines',
  'src/store/redis/': 'store engines',
  'src/tools/cli/': 'cli',
  'src/tools/sources/': 'sources',
  'src/tools/viewer/': 'viewer',
};

export const RULES: readonly Rule[] = [
  {
    area: 'leaf',
    may: [],
    mayAsType: [],
    because: 'all other code imports it',
  },
  {
    area: 'clock',
    may: [],
    mayAsType: [],
    because: 'the source of time can be replaced alone',
  },
  {
    area: 'transport port',
    may: [],
    mayAsType: ['leaf'],
    because: 'browser, Node and virtual sockets share these types and nothing else',
  },
  {
    area: 'transport tap',
    may: [],
    mayAsType: ['transport port'],
    because: 'an observer of a socket needs only the port',
  },
  {
    area: 'transports',
    may: ['leaf', 'clock', 'transport port', 'node'],
    mayAsType: [],
    because: 'a transport moves bytes, and neither interprets them nor decides',
  },
  {
    area: 'protocol',
    may: ['leaf'],
    mayAsType: ['transport port'],
    because: 'the messages and rules of Deepgram are data, and can be tested without a connection',
  },
  {
    area: 'audio',
    may: ['leaf', 'clock', 'protocol'],
    mayAsType: [],
    because: 'audio is kept without xstate and rxjs, so that its properties run by the million',
  },
  {
    area: 'transcript',
    may: ['audio'],
    mayAsType: ['protocol'],
    because: 'results are joined without knowledge of sockets',
  },
  {
    area: 'link',
    may: ['leaf', 'clock'],
    mayAsType: ['audio', 'protocol', 'transcript', 'transport port'],
    because: 'a link gets its parts as arguments, so that each can be tested alone',
  },
  {
    area: 'connection',
    may: ['leaf', 'clock', 'protocol', 'xstate'],
    mayAsType: ['transport port'],
    because: 'the machine decides and carries no audio, so it can see neither audio nor links nor rxjs',
  },
  {
    area: 'audio analysis',
    may: ['audio'],
    mayAsType: [],
    because: 'it measures bytes, for the doctor also without a session',
  },
  {
    area: 'diagnosis',
    may: ['leaf', 'protocol', 'audio', 'audio analysis', 'transcript', 'rxjs'],
    mayAsType: ['clock', 'connection', 'link', 'client', 'recorder'],
    because: 'a notice explains facts of other parts, and cannot change them',
  },
  {
    area: 'browser',
    may: ['leaf', 'clock', 'rxjs'],
    mayAsType: [],
    because: 'an app that needs only the microphone loads no transcription, nor the reverse',
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
    because: 'the parts are connected only here, and rxjs is the public interface',
  },
  {
    area: 'static',
    may: ['audio', 'client', 'diagnosis'],
    mayAsType: [],
    because: 'it loads at once what is loaded on demand elsewhere',
  },
  {
    area: 'node index',
    may: ['transports'],
    mayAsType: [],
    because: 'it names what is public, and does nothing',
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
    because: 'it uses only public names, so that any user could write it',
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
    mayAsType: ['transport port', 'store port', 'protocol'],
    because: 'the emulator tests the client: with shared code both would have the same errors',
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
    because: 'users can build the same on the public names and a clock',
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
    because: 'it connects two clients: it needs the inner parts of ours, and only the types of the other',
  },
  {
    area: 'telemetry adapter',
    may: ['sessions', '@opentelemetry/api'],
    mayAsType: ['public index'],
    because: 'it names what the sessions count, and counts nothing itself',
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
    because: 'a file is made of finished transcripts, without a session and its code',
  },
  {
    area: 'store port',
    may: [],
    mayAsType: [],
    because: 'an adapter for an engine needs these types and nothing else',
  },
  {
    area: 'store',
    may: ['leaf', 'clock', 'audio', 'protocol', 'rxjs'],
    mayAsType: ['store port', 'client', 'transcript'],
    because: 'it joins a session as an option, so that sessions without a store load none of it',
  },
  {
    area: 'store index',
    may: ['store'],
    mayAsType: ['store port'],
    because: 'it names what is public, and does nothing',
  },
  {
    area: 'store engines',
    may: ['clock', 'node'],
    mayAsType: ['store port'],
    because: "an adapter translates the port to one engine; the client of the engine is the app's own",
  },
  {
    area: 'sessions',
    may: ['leaf', 'clock', 'rxjs'],
    mayAsType: ['public index'],
    because: 'it sees each session as a user does, and only apps with many sessions load it',
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
      'diagnosis index',
      'transport tap',
      'sources',
      'rxjs',
    ],
    mayAsType: ['xstate'],
    because: 'it reads the definition of the machine, and all else by public names',
  },
  {
    area: 'cli',
    may: [
      'public index',
      'node index',
      'captions',
      'diagnosis index',
      'audio analysis',
      'testing index',
      'sources',
      'viewer',
      'rxjs',
      'node',
    ],
    mayAsType: [],
    because: 'it is the first user of the public names, and shows which are missing',
  },
];
