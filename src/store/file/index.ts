/** The public names of `rx-deepgram/file`. */
export { type FileStore, fileStore, type FileStoreOptions } from './file-store.ts';
