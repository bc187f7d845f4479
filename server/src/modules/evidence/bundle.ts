import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleEvidence, defineCommand, evidenceBundled, evidenceStated } from '@tracedesk/contracts'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromMillis } from '../../kernel/instant.ts'
import { ZipFileWriter, ZipTooLargeError } from '../../kernel/zip-file.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { readHead } from '../../ledger/tree-store.ts'
import { type BundleInput, chooseRange } from './choose-range.ts'
import { type MayOpen, opensNothing } from './openings.ts'
import { writeSeal } from './seal.ts'
import { type OpenPositions, type WrittenContent, writeContent } from './write-bundle.ts'

export interface EvidencePort {
  readonly db: ReadDb
  readonly door: CommandDoor
  readonly keys: SubjectKeys
  readonly mayOpen: MayOpen
  /** Where bundles lie, in a folder for each workspace. */
  readonly folder: string
  /** Name and version of this software, for the manifest. */
  readonly software: string
}

/** A file left unfinished by a crash is nobody's after this long. */
const ABANDONED_MS = 3_600_000

interface Made {
  readonly id: string
  readonly unfinished: string
  readonly file: string
  readonly sha256: string
  readonly bytes: number
  readonly content: WrittenContent
}

/**
 * Makes evidence bundles. The file is written before the command's transaction; the manifest's digest is recorded
 * first (`evidence.stated`), so that the bundle can carry the proof that the log itself says so.
 */
export function createBundleEvidence(port: EvidencePort): Command {
  return defineCommandHandler(bundleEvidence, {
    prepare: (input, caller) => makeBundle(port, input, caller, null),
    handle: async (context, _input, made: Made) => {
      const { range, counts } = made.content.manifest
      const { id, sha256, bytes } = made
      context.record(
        evidenceBundled,
        {
          fromPosition: range.from,
          toPosition: range.to,
          entries: counts.entries,
          closed: counts.closed,
          sha256,
          bytes,
        },
        { subject: { id }, entryId: id },
      )
      // Before the commit: a crash here leaves a file that no entry speaks of, never an entry without its file.
      await rename(made.unfinished, made.file).catch(ignoreRepeat)
      return { bundle: { id, sha256, bytes } }
    },
  }) as unknown as Command
}

/** A transaction that is tried again has moved the file already. */
function ignoreRepeat(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** A bundle on its way, for a command of another module that records it: the facts of `evidence.bundled`, and its file. */
export interface RangeBundle {
  readonly id: string
  readonly facts: {
    readonly fromPosition: number
    readonly toPosition: number
    readonly entries: number
    readonly closed: number
    readonly sha256: string
    readonly bytes: number
  }
  /** Moves the file to where it may be downloaded from; before the commit, and again when that is tried again. */
  readonly settle: () => Promise<void>
}

/** Writes bundles over a range in which only some positions are open: a case as far as its maker sees it. Throws like `evidence.bundle`. */
export const createRangeBundles =
  (port: EvidencePort) =>
  async (
    { from, to, open }: { from: number; to: number; open: OpenPositions },
    language: BundleInput['language'],
    viewer: Caller,
  ): Promise<RangeBundle> => {
    const made = await makeBundle(port, { fromPosition: from, toPosition: to, language }, viewer, open)
    const { range, counts } = made.content.manifest
    return {
      id: made.id,
      facts: {
        fromPosition: range.from,
        toPosition: range.to,
        entries: counts.entries,
        closed: counts.closed,
        sha256: made.sha256,
        bytes: made.bytes,
      },
      settle: () => rename(made.unfinished, made.file).catch(ignoreRepeat),
    }
  }

/**
 * Writes bundles over a whole range with every part withheld, to a path of the caller's: for the archive, whose readers
 * open parts by their own right. Throws like `evidence.bundle`.
 */
export const createClosedBundles =
  (port: Omit<EvidencePort, 'mayOpen' | 'folder'>) =>
  async ({ from, to }: { from: number; to: number }, viewer: Caller, path: string): Promise<void> => {
    const input = { fromPosition: from, toPosition: to, language: 'en' as const }
    const zip = await ZipFileWriter.create(path)
    try {
      await fill({ ...port, mayOpen: opensNothing, folder: '' }, zip, input, viewer, null)
      await zip.finish()
    } catch (error) {
      await zip.close().catch(() => undefined) // closed already when its last step failed
      await rm(path, { force: true })
      throw error
    }
  }

async function makeBundle(
  port: EvidencePort,
  input: BundleInput,
  viewer: Caller,
  open: OpenPositions | null,
): Promise<Made> {
  const folder = join(port.folder, viewer.workspaceId)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeAbandoned(folder)
  const id = newId()
  const unfinished = join(folder, `${id}.part`)
  const zip = await ZipFileWriter.create(unfinished)
  try {
    const content = await fill(port, zip, input, viewer, open)
    const bytes = await zip.finish()
    return {
      id,
      unfinished,
      file: join(folder, `${id}.zip`),
      sha256: await digestOf(unfinished),
      bytes,
      content,
    }
  } catch (error) {
    await zip.close().catch(() => undefined) // closed already when its last step failed
    await rm(unfinished, { force: true })
    throw error instanceof ZipTooLargeError
      ? new ConsoleError('evidence.too_large', {}, { cause: error })
      : error
  }
}

async function fill(
  { db, door, keys, mayOpen, software }: EvidencePort,
  zip: ZipFileWriter,
  input: BundleInput,
  viewer: Caller,
  open: OpenPositions | null,
): Promise<WrittenContent> {
  const head = await readHead(db, viewer.workspaceId)
  if (!head) throw new ConsoleError('evidence.empty')
  const range = await chooseRange(db, viewer.workspaceId, input, head.size)
  const common = { db, keys, mayOpen, viewer, head, range }
  const askedAt = instantFromMillis(Date.now())
  const content = await writeContent(zip, { ...common, software, input, open, askedAt })
  const { manifestSha256, before, namedBy } = content
  const stated = { manifestSha256, fromPosition: range.from, toPosition: range.to }
  // whoever may make this bundle may have it stated: the command that asked for it was admitted
  const { entryId } = await door.execute(stateEvidence, { ...viewer, permissions: 'all' }, stated)
  await writeSeal(zip, { ...common, before, namedBy }, entryId)
  return content
}

/** Records what a bundle is about to say. */
const stateEvidence = defineCommandHandler(
  defineCommand({
    name: 'evidence.state',
    permission: bundleEvidence.permission,
    access: 'internal',
    summary: 'Record the manifest of a bundle of evidence',
    input: z.strictObject({ manifestSha256: z.string(), fromPosition: z.int(), toPosition: z.int() }),
    output: z.strictObject({ entryId: z.string() }),
    records: [evidenceStated],
  }),
  {
    handle: async (context, stated) => {
      const entryId = newId()
      context.record(evidenceStated, stated, { subject: { id: entryId }, entryId })
      return { entryId }
    },
  },
)

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue
    const file = join(folder, name)
    const { mtimeMs } = await stat(file)
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(file, { force: true })
  }
}
