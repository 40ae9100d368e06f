/**
 * A store in a folder, for one machine.
 * @module rx-deepgram/file
 */
export { type FileStore, fileStore, type FileStoreOptions } from './file-store.ts';
