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
  /** What it may import, besides itself. */
  may: readonly (Area | Package)[];
  /** What it may import as a type. */
  mayAsType: readonly (Area | Package)[];
  because: string;
}

/** The files that stand for themselves. Of the rest, the folder is the area. */
export const SINGLE_FILES: Record<string, Area> = {
  'src/adaptive-timeout.ts': 'leaf',
  'src/clock.ts': 'clock',
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

/** Folders within a folder that keep to other rules than the rest of it. */
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
    mayAsType: ['leaf'],
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
    may: ['leaf', 'clock', 'protocol', 'xstate'],
    mayAsType: ['transport port'],
    because: 'the machine decides and carries no audio, so it can see neither audio nor links nor rxjs',
  },
  {
    area: 'audio analysis',
    may: ['audio'],
    mayAsType: [],
    because: 'it measures bytes: the doctor does so without a session',
  },
  {
    area: 'diagnosis',
    may: ['leaf', 'protocol', 'audio', 'audio analysis', 'transcript', 'rxjs'],
    mayAsType: ['clock', 'connection', 'link', 'client', 'recorder'],
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
    mayAsType: ['transport port', 'store port', 'protocol'],
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
    because: 'a file is made of finished transcripts: who writes one needs no session, nor any of its code',
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
    because:
      'it is joined to a session as the option that it is, and sessions without a store carry none of it',
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
    because: 'what sees many sessions sees each as a user does, and only those pay for it who have many',
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
    because: 'it shows the machine as it is, so it reads the definition; all else it sees as a user would',
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
    because: 'it is the first user of the public names: what it lacks, they lack',
  },
];
