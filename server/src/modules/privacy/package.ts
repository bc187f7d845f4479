import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exportSubject, privacySubjectExported } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromMillis } from '../../kernel/instant.ts'
import { ZipFileWriter } from '../../kernel/zip-file.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import type { Eraser } from './erasers.ts'
import { writeHtml, writeJson } from './package-pages.ts'
import type { PackageLanguage } from './package-words.ts'
import { lockRequest } from './store.ts'
import { readProfiles, readSubjectEntries, type SubjectEntry } from './subject-data.ts'

/** A file kept for a customer: `name` as in the package, content in pieces. */
export interface SubjectFile {
  readonly name: string
  readonly content: AsyncIterable<Uint8Array>
}

export interface PackagePort {
  readonly db: ReadDb
  readonly keys: SubjectKeys
  /** Where packages lie, in a folder for each workspace and customer. */
  readonly folder: string
  /** The files kept for a customer, opened. */
  readonly filesOf: (workspaceId: string, customerId: string) => AsyncIterable<SubjectFile>
  /** The words of the log in a language, by key; `eventName.<event>` is what an event is called. */
  readonly wordsOf: (language: PackageLanguage) => Promise<ReadonlyMap<string, string>>
}

interface Made {
  readonly id: string
  readonly customerId: string
  readonly sha256: string
  readonly bytes: number
  readonly entries: number
  readonly messages: number
}

export const packageFile = (folder: string, workspaceId: string, customerId: string, id: string): string =>
  join(folder, workspaceId, customerId, `${id}.zip`)

/**
 * Puts everything held about a customer into a ZIP: `data.json` for machines, `index.html` in their language, and their
 * files. Written before the transaction; a crash leaves a file that no entry speaks of, which the next package removes.
 */
export const createExportSubject = (port: PackagePort): Command =>
  defineCommandHandler(exportSubject, {
    prepare: (input, caller) => makePackage(port, input, caller),
    handle: async (context, { requestId, language }, made: Made) => {
      const { tx, workspaceId, caller } = context
      const { customerId } = await lockRequest(context, requestId, 'access')
      const { id, customerId: _, ...facts } = made
      await tx
        .updateTable('privacy_request')
        .set({ package_id: id, package_by: caller.actor.id, package_sha256: made.sha256 })
        .where('workspace_id', '=', workspaceId)
        .where('privacy_request_id', '=', requestId)
        .execute()
      context.record(
        privacySubjectExported,
        { customerId: customerId as never, language, ...facts }, // branded id
        { subject: { id: requestId }, customerId },
      )
      return { file: { id, sha256: made.sha256, bytes: made.bytes } }
    },
  }) as unknown as Command

async function makePackage(
  port: PackagePort,
  { requestId, language }: z.output<typeof exportSubject.input>,
  { workspaceId }: Caller,
): Promise<Made> {
  const { db, keys, folder } = port
  const request = await db
    .selectFrom('privacy_request')
    .select('customer_id')
    .where('workspace_id', '=', workspaceId)
    .where('privacy_request_id', '=', requestId)
    .executeTakeFirst()
  if (!request) throw new ConsoleError('privacy.request_not_found', { requestId })
  const customerId = request.customer_id
  const profiles = await readProfiles(db, workspaceId, customerId)
  const id = newId()
  const file = packageFile(folder, workspaceId, customerId, id)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  for (const old of await readdir(join(file, '..'))) await rm(join(file, '..', old), { force: true })
  const counts = { entries: 0, messages: 0 }
  const entries = () => readSubjectEntries(db, keys, workspaceId, profiles)
  const madeAt = instantFromMillis(Date.now())
  const names = await port.wordsOf(language)
  const nameOf = (event: string) => names.get(`eventName.${event}`) ?? event
  const zip = await ZipFileWriter.create(file)
  try {
    await zip.add('data.json', writeJson(profiles, counted(entries(), counts), madeAt))
    await zip.add('index.html', writeHtml(profiles, entries, language, madeAt, nameOf))
    for (const { id: account } of profiles)
      for await (const { name, content } of port.filesOf(workspaceId, account))
        await zip.add(`files/${name}`, content)
    const bytes = await zip.finish()
    return { id, customerId, sha256: await digestOf(file), bytes, ...counts }
  } catch (error) {
    await zip.close().catch(() => undefined) // closed already when its last step failed
    await rm(file, { force: true })
    throw error
  }
}

async function* counted(
  entries: AsyncIterable<SubjectEntry>,
  into: { entries: number; messages: number },
): AsyncGenerator<SubjectEntry> {
  for await (const entry of entries) {
    into.entries++
    if (/^message[.](received|sent)$/.test(entry.event)) into.messages++
    yield entry
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** Packages lie in the open for whoever made them, so they go with the person. */
export const createPackageEraser = (folder: string): Eraser => ({
  counts: 'exports',
  erase: ({ workspaceId, customerId }) => removePackages(folder, workspaceId, customerId),
  // what stands in a note beside another customer stands in their package
  eraseWords: async ({ workspaceId, entries }) => {
    const owners = new Set(entries.flatMap(({ owner }) => /^customer:(.+)$/.exec(owner)?.[1] ?? []))
    let gone = 0
    for (const customerId of owners) gone += await removePackages(folder, workspaceId, customerId)
    return gone
  },
})

async function removePackages(folder: string, workspaceId: string, customerId: string): Promise<number> {
  const own = join(folder, workspaceId, customerId)
  const found = await readdir(own).catch(ignoreMissing)
  await rm(own, { recursive: true, force: true })
  return found.length
}

/** No package was ever made. */
function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
