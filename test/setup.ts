/**
 * Properties are drawn anew at every run on a developer's machine, and from one seed where they are a gate: a commit must not
 * fail for what another has broken. `PROPERTY_SEED=random` or a number decides otherwise.
 */
import { configureGlobal } from 'fast-check';
import { loadDiagnosis } from '../src/diagnosis/diagnose.ts';

// Loaded lazily in apps; virtual time does not wait for a module.
await loadDiagnosis();

const GATE_SEED = 20_261_121;

const wish = process.env['PROPERTY_SEED'];
const seed = wish === undefined ? (process.env['CI'] ? GATE_SEED : undefined) : Number(wish);
if (seed !== undefined && Number.isInteger(seed)) configureGlobal({ seed });
