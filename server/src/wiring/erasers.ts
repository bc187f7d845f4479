// Everybody who keeps personal things of their own, in the order in which an erasure comes to them.
import * as conversations from '../modules/conversations/index.ts'
import * as evidence from '../modules/evidence/index.ts'
import * as exports from '../modules/exports/index.ts'
import * as files from '../modules/files/index.ts'
import * as imports from '../modules/imports/index.ts'
import * as logModule from '../modules/log/index.ts'
import * as privacy from '../modules/privacy/index.ts'
import type { NodeParts } from './parts.ts'
import { evidencePort, packagePort } from './ports.ts'

export function erasersOf(node: NodeParts): privacy.Eraser[] {
  const bundles = evidencePort(node).folder
  const { exportPort, uploads } = node
  const { secret } = node.options
  return [
    privacy.createPackageEraser(packagePort(node).folder),
    {
      counts: 'exports',
      erase: doomed => evidence.eraseBundles(bundles, doomed),
      eraseWords: doomed => evidence.eraseBundlesOf(bundles, doomed),
    },
    {
      counts: 'exports',
      erase: doomed => exports.eraseExports(exportPort, doomed),
      eraseWords: doomed => exports.eraseExportsOf(exportPort, doomed),
    },
    { counts: 'views', erase: doomed => exports.eraseSchedules(exportPort, doomed) },
    { counts: 'views', erase: logModule.createEraseViews(secret) },
    { counts: 'views', erase: conversations.eraseInboxViews },
    { counts: 'views', erase: logModule.createEraseWatches(secret) },
    { counts: 'files', erase: files.deleteFilesOf },
    { counts: 'exports', erase: doomed => imports.eraseUploads(uploads, doomed) },
  ]
}
