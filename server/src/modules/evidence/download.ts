import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleEvidence, defineCommand, evidenceBundled, evidenceDownloaded } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { EvidencePort } from './bundle.ts'
import { findLeaf } from './store.ts'

/** A bundle on disk that somebody may have. */
export interface BundleFile {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

/**
 * Records that a bundle leaves the desk and says where it lies. Only who made it may have it: it shows what they may
 * see, which others may not. Throws ConsoleError `evidence.not_found`.
 */
export const createDownloadEvidence = (
  port: Pick<EvidencePort, 'db' | 'folder'>,
  permission: 'evidence.bundle' | 'dispute.bundle' = bundleEvidence.permission as 'evidence.bundle',
) =>
  defineCommandHandler(
    defineCommand({
      name: 'evidence.download',
      permission,
      access: 'internal',
      summary: 'Record that a bundle of evidence is downloaded',
      input: z.strictObject({ id: z.uuid() }),
      output: z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.int() }),
      records: [evidenceDownloaded],
    }),
    {
      prepare: ({ id }, caller) => findBundle(port, id, caller),
      handle: async (context, { id }, file: BundleFile) => {
        const { sha256, bytes } = file
        context.record(evidenceDownloaded, { sha256, bytes }, { subject: { id } })
        return file
      },
    },
  )

async function findBundle(
  { db, folder }: Pick<EvidencePort, 'db' | 'folder'>,
  id: string,
  { workspaceId, actor }: Caller,
): Promise<BundleFile> {
  const bytes = await findLeaf(db, workspaceId, id)
  // Our own ledger's bytes, parsed strictly when they were written.
  const leaf = bytes && (JSON.parse(bytes.toString('utf8')) as Leaf)
  const path = join(folder, workspaceId, `${id}.zip`)
  const isOurs =
    leaf?.event === evidenceBundled.name &&
    leaf.actor.kind === actor.kind &&
    leaf.actor.id === (actor.id ?? undefined)
  const facts = isOurs ? await stat(path).catch(() => null) : null
  if (!leaf || !facts) throw new ConsoleError('evidence.not_found', { id })
  return { path, sha256: String(leaf.data.sha256), bytes: facts.size }
}
