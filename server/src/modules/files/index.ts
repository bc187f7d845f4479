export {
  AlreadyFetched,
  addUploads,
  createStoreFile,
  createUploadFile,
  deleteFilesOf,
  discardFileCommand,
  failFileCommand,
} from './commands.ts'
export { FileCopier } from './copier.ts'
export { cleanFileName, dispositionOf } from './file-name.ts'
export { FileKeeper } from './keeper.ts'
export { FileLinks } from './links.ts'
export { FileReader, type OpenedFile } from './open-file.ts'
export { openFileStore, openFolderStore, openNamedStore } from './open-store.ts'
export { isShown } from './sniff.ts'
export { type KeptFile, Spool } from './spool.ts'
export { keyContext, queueRemoval } from './state.ts'
export { FileGone, type FileStore } from './store.ts'
