import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ReadDb } from '../db/database.ts'
import { fsyncFolder } from '../kernel/durable-file.ts'

const Line = z.strictObject({
  /** Whose key was destroyed: `customer:<id>`, `agent:<id>` … */
  owner: z.string().min(1).max(200),
  /** The entry that records the erasure. */
  entryId: z.uuid(),
  /** When, in UTC. */
  at: z.string().max(40),
})
export type Erasure = z.infer<typeof Line>

/**
 * Who was erased, kept outside the database (`DATA_DIR/erasures/<workspace>.ndjson`), so that a database restored from
 * an older backup forgets them again before anybody is served. Holds ids and times, nothing personal. Lines are only
 * ever added, each written through to the disk before `append` returns.
 */
export class ErasureList {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Adds an erasure, durably; call it after the erasure's transaction committed. One that is listed already is left
   * as it is. A crash between commit and this call is made good by `catchUp` at the next start.
   */
  append(workspaceId: string, { owner, entryId, at }: Erasure): void {
    if (this.list(workspaceId).some(known => known.owner === owner && known.entryId === entryId)) return
    const line = Buffer.from(`${JSON.stringify(Line.parse({ owner, entryId, at }))}\n`)
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#file(workspaceId)
    const isNew = !existsSync(path)
    const file = openSync(path, 'a', 0o600)
    try {
      // What follows the last line feed was torn by a crash before its `append` returned.
      ftruncateSync(file, wholeLines(readFileSync(path)))
      for (let at = 0; at < line.length; ) at += writeSync(file, line, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (isNew) fsyncFolder(this.#folder)
  }

  /** Every erasure of a workspace, in the order they were made. Throws when a line is not one. */
  list(workspaceId: string): Erasure[] {
    const path = this.#file(workspaceId)
    return existsSync(path) ? readErasures(readFileSync(path)) : []
  }

  /** The workspaces that have a list here. */
  workspaces(): string[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .filter(name => /^[0-9a-f-]{36}\.ndjson$/.test(name))
      .map(name => name.slice(0, 36))
  }

  /**
   * Adds what the database knows and this list does not: erasures made by another node, or by one that died between
   * commit and `append`. Returns how many were added.
   */
  async catchUp(db: ReadDb, workspaceId: string): Promise<number> {
    const known = new Set(this.list(workspaceId).map(({ owner }) => owner))
    const erased = await db
      .selectFrom('subject_key')
      .select(['owner', 'erased_by', 'erased_at'])
      .where('workspace_id', '=', workspaceId)
      .where('wrapped', 'is', null)
      .orderBy('erased_at')
      .execute()
    let added = 0
    for (const { owner, erased_by: entryId, erased_at: at } of erased) {
      if (known.has(owner) || entryId === null || at === null) continue
      this.append(workspaceId, { owner, entryId, at })
      added++
    }
    return added
  }

  #file(workspaceId: string): string {
    if (!/^[0-9a-f-]{36}$/.test(workspaceId)) throw new Error(`${workspaceId} is no workspace id`)
    return join(this.#folder, `${workspaceId}.ndjson`)
  }
}

/** The lines of a list of erasures, a torn last one left out. Throws when another cannot be read. */
export function readErasures(bytes: Buffer): Erasure[] {
  const text = bytes.subarray(0, wholeLines(bytes)).toString('utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => Line.parse(JSON.parse(line)))
}

const wholeLines = (bytes: Buffer): number => bytes.lastIndexOf(0x0a) + 1
