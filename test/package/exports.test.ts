/** The public names, one by one. Adding, removing or renaming one means editing this list, and the changelog. */
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, readText } from './source-tree.ts';

interface Entry {
  source: string;
  values: readonly string[];
  types: readonly string[];
}

const ENTRIES: Record<string, Entry> = {
  './static': { source: 'src/static.ts', values: [], types: [] },
  '.': {
    source: 'src/index.ts',
    values: [
      'TranscriptionError',
      'createLiveTranscription',
      'platformTransport',
      'systemClock',
      'transcribe',
    ],
    types: [
      'AudioChunk',
      'AudioLedger',
      'Auth',
      'AuthFunction',
      'CapturedAudio',
      'CatchUp',
      'Clock',
      'CloseOptions',
      'ConnectionEnd',
      'ConnectionPhase',
      'ConnectionState',
      'Credentials',
      'DropReason',
      'EndKind',
      'ErrorDetails',
      'ErrorMessage',
      'ErrorReason',
      'Evidence',
      'FluxParameters',
      'Handshake',
      'LedgerSnapshot',
      'ListenChange',
      'ListenParameters',
      'LiveTranscription',
      'LiveTranscriptionOptions',
      'MetadataMessage',
      'Notice',
      'NoticeCode',
      'OpenRequest',
      'ParameterValue',
      'ResultsMessage',
      'SendResult',
      'ServerMessage',
      'SessionReport',
      'Severity',
      'Socket',
      'SocketEnd',
      'SocketHandlers',
      'SpeechStartedMessage',
      'Status',
      'Transcript',
      'Transport',
      'Turn',
      'UnknownMessage',
      'Utterance',
      'UtteranceEndMessage',
      'Word',
      'WordMessage',
    ],
  },
  './browser': {
    source: 'src/browser/index.ts',
    values: ['fromMediaStream', 'microphone', 'workerClock'],
    types: ['CaptureOptions', 'CaptureStatus', 'MicrophoneOptions', 'WorkerClockOptions'],
  },
  './machine': {
    source: 'src/connection/index.ts',
    values: ['connectionMachine', 'leafState'],
    types: [
      'ConnectionContext',
      'ConnectionEmitted',
      'ConnectionEvent',
      'ConnectionLoss',
      'ConnectionOutcome',
      'ConnectionSettings',
      'RecoveryDecision',
      'RecoverySettings',
    ],
  },
  './react': {
    source: 'src/adapters/react.ts',
    values: ['LiveTranscriptionProvider', 'useLiveTranscription'],
    types: ['CaptionsActions', 'CaptionsState', 'LiveCaptions'],
  },
  './angular': {
    source: 'src/adapters/angular.ts',
    values: ['injectLiveTranscription'],
    types: ['CaptionsActions', 'CaptionsOptions', 'CaptionsState', 'LiveCaptions'],
  },
  './deepgram-sdk': {
    source: 'src/adapters/deepgram-sdk.ts',
    values: ['resilientTransport'],
    types: ['ResilientTransportOptions'],
  },
  './viewer': {
    source: 'src/tools/viewer/index.ts',
    values: ['mountViewer', 'watchWire'],
    types: ['OutboundMessage', 'Viewer', 'ViewerOptions', 'Wire', 'WireOptions'],
  },
  './diagnosis': {
    source: 'src/diagnosis/index.ts',
    values: [
      'CLIPPED_SHARE',
      'FAINT_RMS',
      'audioFacts',
      'bytesPerSecondOf',
      'decibels',
      'explain',
      'isSampleEncoding',
      'readFlight',
      'recordFlight',
      'replayFlight',
      'rivalFormats',
      'tellFlight',
    ],
    types: [
      'AudioFacts',
      'DeclaredFormat',
      'Doubt',
      'Explanation',
      'FailureKind',
      'Flight',
      'FlightCause',
      'FlightEntry',
      'FlightHeader',
      'FlightIncident',
      'FlightRecorder',
      'FlightSettings',
      'FlightStory',
      'Level',
      'Likeness',
      'MachineEvent',
      'RawFormat',
      'Replay',
      'SampleEncoding',
    ],
  },
  './telephony': {
    source: 'src/telephony/index.ts',
    values: ['callRegistry', 'fromCall', 'fromTelnyx', 'fromTwilio', 'fromVonage'],
    types: [
      'CallAudio',
      'CallControl',
      'CallCounts',
      'CallDetails',
      'CallEncoding',
      'CallEnd',
      'CallListen',
      'CallNotice',
      'CallNoticeCode',
      'CallOptions',
      'CallRegistry',
      'CallRegistryOptions',
      'CallSocket',
      'CallStream',
      'CallTrack',
      'Dialect',
      'DialectEvent',
      'DialectField',
      'PhoneCall',
      'SocketMessage',
    ],
  },
  './captions': {
    source: 'src/captions/index.ts',
    values: ['toSrt', 'toText', 'toWebVTT'],
    types: ['CaptionOptions', 'CaptionSource', 'CaptionSpeaker'],
  },
  './testing': {
    source: 'src/testing/index.ts',
    values: [
      'BadFault',
      'Emulator',
      'EmulatorServer',
      'FAULTS',
      'FRAGMENT',
      'LIMIT_NAMES',
      'READINGS',
      'VirtualClock',
      'VirtualEventLoop',
      'VirtualLink',
      'VirtualNetwork',
      'acceptsPlausibleCredentials',
      'blackhole',
      'close',
      'count',
      'cut',
      'describeFault',
      'dialCall',
      'drop',
      'dropOnCloseStream',
      'duplicateResults',
      'encodePcm',
      'flap',
      'halfOpen',
      'hang',
      'interleave',
      'loseMessages',
      'malformed',
      'mute',
      'muxOgg',
      'muxWav',
      'muxWebm',
      'numberedRecogniser',
      'numberedWordSamples',
      'parseFault',
      'playCall',
      'readFault',
      'recut',
      'refuse',
      'reorderResults',
      'seededRandom',
      'slow',
      'speak',
      'speakNumbered',
      'speakScript',
      'stallResults',
      'startEmulator',
      'startVosk',
      'throttle',
      'toneRecogniser',
      'usageOf',
    ],
    types: [
      'AuthVerdict',
      'CallProvider',
      'CallScript',
      'ConnectionFault',
      'ConnectionWire',
      'Direction',
      'Disagreement',
      'EmulatedConnection',
      'EmulatedEnd',
      'EmulatorEvent',
      'EmulatorOptions',
      'EmulatorServerOptions',
      'EmulatorSettings',
      'Fault',
      'FaultName',
      'FaultOrder',
      'FaultParameter',
      'FaultRow',
      'FaultTarget',
      'HandshakeFault',
      'HandshakeOutcome',
      'HandshakeRequest',
      'HeardWord',
      'Limits',
      'LinkConditions',
      'LostAudio',
      'MuxOptions',
      'MuxedStream',
      'OutboundFrame',
      'PcmEncoding',
      'PlayOptions',
      'PlayedCall',
      'ReadingName',
      'Readings',
      'ReceivedMessage',
      'Recogniser',
      'RecogniserFactory',
      'RecogniserFormat',
      'RecogniserListener',
      'Refusal',
      'RefusedHandshake',
      'SentFinal',
      'SimulatedSocket',
      'Span',
      'SpeechOptions',
      'SpeechStep',
      'VirtualClockOptions',
      'VirtualNetworkOptions',
      'VoskFileOptions',
      'VoskHost',
      'VoskOptions',
      'When',
    ],
  },
};

interface PublicName {
  name: string;
  isType: boolean;
  /** Where it is written down, and how it is called there. */
  file: string;
  localName: string;
}

function publicNamesOf(file: string): PublicName[] {
  return parse(file).module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName, importName, localName, moduleRequest, isType }) => ({
      name: exportName.name ?? exportName.kind,
      isType,
      file: moduleRequest ? posix.join(posix.dirname(file), moduleRequest.value) : file,
      localName: (moduleRequest ? importName.name : localName.name) ?? '',
    })),
  );
}

/** The doc comment right above the declaration, re-exports followed to where it stands. */
function docOf({ file, localName }: PublicName): string | undefined {
  const text = readText(file);
  const { program, comments } = parse(file, text);
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    if (declaration && declaredNames(declaration).includes(localName)) {
      const above = comments.findLast((comment) => comment.end <= statement.start);
      const touches = above && text.slice(above.end, statement.start).trim() === '';
      return touches && above.type === 'Block' && above.value.startsWith('*') ? above.value : undefined;
    }
  }
  const further = publicNamesOf(file).find((each) => each.name === localName && each.file !== file);
  return further && docOf(further);
}

type Declaration = NonNullable<
  Extract<
    ReturnType<typeof parse>['program']['body'][number],
    { type: 'ExportNamedDeclaration' }
  >['declaration']
>;

function declaredNames(declaration: Declaration): string[] {
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [];
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

test('every subpath of package.json has its list of names here', () => {
  const manifest = JSON.parse(readText('package.json')) as { exports: Record<string, unknown> };
  const subpaths = Object.keys(manifest.exports).filter((subpath) => !/\.js(on)?$/.test(subpath));
  expect(sorted(Object.keys(ENTRIES))).toEqual(sorted(subpaths));
});

describe.each(Object.entries(ENTRIES))('%s', (_subpath, { source, values, types }) => {
  const names = publicNamesOf(source);

  test('has exactly these values', async () => {
    const loaded = (await import(`../../${source}`)) as Record<string, unknown>;
    expect(sorted(Object.keys(loaded))).toEqual(values);
  });

  test('has exactly these types', () => {
    expect(sorted(names.filter((each) => each.isType).map((each) => each.name))).toEqual(types);
  });

  test('names everything: no `export *`, by which a name would become public unseen, and no default', () => {
    expect(sorted(names.map((each) => each.name))).toEqual(sorted([...values, ...types]));
  });

  test('every name has a doc comment that begins with a sentence', () => {
    const undocumented = names.filter((each) => !/^\*\s*\**\s*[^\s@]/.test(docOf(each) ?? ''));
    expect(undocumented.map((each) => `${each.name}, ${each.file}`)).toEqual([]);
  });
});
