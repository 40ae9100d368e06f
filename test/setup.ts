/**
 * Properties draw from a new seed on a developer's machine, and from a fixed one in CI, so that a commit does not fail for a
 * defect of another. `PROPERTY_SEED=random` or a number decides otherwise.
 */
import { configureGlobal } from 'fast-check';
import { loadDiagnosis } from '../src/diagnosis/diagnose.ts';
import { provideConfigure } from '../src/client/configure.ts';
import * as configureRequests from '../src/client/configure-requests.ts';
import { loadFlux } from '../src/client/flux.ts';

// Loaded lazily in apps; virtual time does not wait for a module.
await loadDiagnosis();
await loadFlux();
provideConfigure(configureRequests);

const GATE_SEED = 20_261_121;

/** A property stops drawing here, so that a busy machine tries fewer examples, and fails no test. Tests end after 120 s. */
const LONGEST_MS = 20_000;
const wish = process.env['PROPERTY_SEED'];
const seed = wish === undefined ? (process.env['CI'] ? GATE_SEED : undefined) : Number(wish);
configureGlobal({
  // oxlint-disable-next-line typescript/no-deprecated -- a longer limit would not overrule a global plugin
  interruptAfterTimeLimit: LONGEST_MS,
  ...(seed !== undefined && Number.isInteger(seed) ? { seed } : {}),
});
