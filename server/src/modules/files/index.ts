export {
  AlreadyFetched,
  createStoreFile,
  createUploadFile,
  deleteFilesOf,
  discardFileCommand,
  failFileCommand,
} from './commands.ts'
export { cleanFileName, dispositionOf } from './file-name.ts'
export { FileKeeper } from './keeper.ts'
export { FileLinks } from './links.ts'
export { FileReader, type OpenedFile } from './open-file.ts'
export { openFileStore, openFolderStore, openNamedStore } from './open-store.ts'
export { isShown } from './sniff.ts'
export { type KeptFile, Spool } from './spool.ts'
export { FileGone, type FileStore, type PutOptions } from './store.ts'
