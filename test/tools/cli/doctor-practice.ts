/** Runs the doctor in virtual time against a server with any defect. */
import { PassThrough } from 'node:stream';
import type { AudioSource } from '../../../src/tools/cli/doctor/audio-source.ts';
import { type DoctorOptions, type Instruments, runDoctor } from '../../../src/tools/cli/doctor/doctor.ts';
import type { Finding } from '../../../src/tools/cli/doctor/finding.ts';
import {
  Emulator,
  type EmulatorOptions,
  type EmulatorServer,
  type Fault,
  VirtualClock,
  VirtualNetwork,
} from '../../../src/testing/index.ts';

export const KEY = '0123456789abcdef0123456789abcdef01234567';

export interface Complaint extends Partial<Omit<DoctorOptions, 'audio'>> {
  audio?: AudioSource | undefined;
  /** Of the emulator that the sessions talk to, in virtual time. */
  server?: EmulatorOptions;
  /** Of its n-th connection: the first is the handshake, the second the probe. */
  faults?: (attempt: number) => readonly Fault[];
  stdin?: PassThrough;
  env?: NodeJS.ProcessEnv;
  instruments?: Instruments;
  /** The output is a terminal. */
  isTTY?: boolean;
  /** Interrupts the run after this many milliseconds of virtual time. */
  interruptAfterMs?: number;
}

export interface Consultation {
  code: number | undefined;
  /** By name; empty unless `json`, which is the default here. */
  findings: Record<string, Omit<Finding, 'id'>>;
  text: string;
  pendingTimers: number;
}

/** Runs the doctor. Its network steps use the real server at `door`; sessions are virtual. */
export async function consult(
  door: EmulatorServer | string,
  complaint: Complaint = {},
): Promise<Consultation> {
  const {
    server,
    faults,
    stdin = new PassThrough(),
    env = {},
    instruments,
    interruptAfterMs,
    isTTY = false,
    ...options
  } = complaint;
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock, ...(faults && { faultsOf: faults }), ...server }));
  const controller = new AbortController();
  let text = '';
  const running = runDoctor(
    {
      url: typeof door === 'string' ? door : door.url,
      secret: { apiKey: KEY },
      listen: { model: 'nova-3', interim_results: true },
      audio: undefined,
      probeSeconds: 15,
      json: true,
      ...options,
    },
    {
      stdout: { write: (written) => (text += written), isTTY, columns: 80 },
      stdin,
      env,
    },
    controller.signal,
    { session: { clock, transport: network.transport }, ...instruments },
  );
  const outcomes: PromiseSettledResult<number | undefined>[] = [];
  void Promise.allSettled([running]).then(([outcome]) => outcomes.push(outcome));
  while (outcomes.length === 0) {
    // Files, sockets and programs are real, and take real turns.
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advanceAsync(50);
    if (interruptAfterMs !== undefined && clock.now() >= interruptAfterMs) controller.abort();
  }
  const code = await running;
  await clock.advanceAsync(30_000);
  return {
    code,
    findings: options.json === false ? {} : read(text),
    text,
    pendingTimers: clock.pendingTimers,
  };
}

function read(text: string): Consultation['findings'] {
  if (text === '') return {};
  const { checks } = JSON.parse(text) as { checks: Finding[] };
  return Object.fromEntries(checks.map(({ id, ...finding }) => [id, finding]));
}
