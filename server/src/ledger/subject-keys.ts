import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { ReadDb, Tx } from '../db/database.ts'
import { type InstallationSecret, seal, unseal } from '../kernel/secret.ts'

/** `customer:<id>`, `agent:<id>`, `visitor:<entry id>` …: whose key seals a part. */
export type PartOwnerId = string

export type SubjectKey = { state: 'alive'; key: Buffer } | { state: 'erased'; by: string | null }

const CACHE_MAX = 20_000

/**
 * The keys under which personal parts lie, one a person. A key is made in the transaction that first needs it and
 * remembered only after that transaction committed: a key that was rolled back must never seal anything again.
 */
export class SubjectKeys {
  readonly #wrap: Buffer
  readonly #cache = new Map<string, Buffer>()

  constructor(secret: InstallationSecret) {
    this.#wrap = secret.key('subject-key-wrap')
  }

  /** The living keys of `owners`, made where they are missing. Throws when an owner has been erased. */
  async forSealing(
    tx: Tx,
    workspaceId: string,
    owners: Iterable<PartOwnerId>,
  ): Promise<{ keys: Map<PartOwnerId, Buffer>; remember: () => void }> {
    const keys = new Map<PartOwnerId, Buffer>()
    const unknown: PartOwnerId[] = []
    for (const owner of new Set(owners)) {
      const cached = this.#cache.get(`${workspaceId}/${owner}`)
      if (cached) keys.set(owner, cached)
      else unknown.push(owner)
    }
    if (unknown.length > 0)
      for (const [owner, key] of await this.#loadOrCreate(tx, workspaceId, unknown)) keys.set(owner, key)
    return {
      keys,
      remember: () => {
        for (const owner of unknown) this.#remember(workspaceId, owner, keys.get(owner))
      },
    }
  }

  async #loadOrCreate(tx: Tx, workspaceId: string, owners: PartOwnerId[]): Promise<Map<PartOwnerId, Buffer>> {
    const fresh = owners.map(owner => seal(this.#wrap, randomBytes(32), `${workspaceId}/${owner}`))
    // The no-op update makes `returning` give the row whoever made it, and waits for a transaction that is making it.
    const { rows } = await sql<{ owner: string; wrapped: Buffer | null }>`
      insert into subject_key (workspace_id, owner, wrapped)
      select ${workspaceId}, o, w from unnest(${owners}::text[], ${fresh}::bytea[]) as t (o, w)
      on conflict (workspace_id, owner) do nothing
      returning owner, wrapped`.execute(tx)
    const missing = owners.filter(owner => !rows.some(row => row.owner === owner))
    const known =
      missing.length === 0
        ? []
        : await tx
            .selectFrom('subject_key')
            .select(['owner', 'wrapped'])
            .where('workspace_id', '=', workspaceId)
            .where('owner', 'in', missing)
            .execute()
    const keys = new Map<PartOwnerId, Buffer>()
    for (const { owner, wrapped } of [...rows, ...known]) {
      if (!wrapped) throw new Error(`the key of ${owner} has been erased; nothing can be sealed for it`)
      keys.set(owner, unseal(this.#wrap, wrapped, `${workspaceId}/${owner}`))
    }
    return keys
  }

  /** The keys of `owners` for opening parts; an owner without a row is left out. */
  async forOpening(
    db: ReadDb,
    workspaceId: string,
    owners: Iterable<PartOwnerId>,
  ): Promise<Map<PartOwnerId, SubjectKey>> {
    const keys = new Map<PartOwnerId, SubjectKey>()
    const unknown: PartOwnerId[] = []
    for (const owner of new Set(owners)) {
      const cached = this.#cache.get(`${workspaceId}/${owner}`)
      if (cached) keys.set(owner, { state: 'alive', key: cached })
      else unknown.push(owner)
    }
    if (unknown.length === 0) return keys
    const rows = await db
      .selectFrom('subject_key')
      .select(['owner', 'wrapped', 'erased_by'])
      .where('workspace_id', '=', workspaceId)
      .where(sql<boolean>`owner = any(${unknown}::text[])`)
      .execute()
    for (const { owner, wrapped, erased_by } of rows) {
      if (!wrapped) keys.set(owner, { state: 'erased', by: erased_by })
      else {
        const key = unseal(this.#wrap, wrapped, `${workspaceId}/${owner}`)
        keys.set(owner, { state: 'alive', key })
        this.#remember(workspaceId, owner, key)
      }
    }
    return keys
  }

  /** Forgets a key, because its owner was erased. */
  forget(workspaceId: string, owner: PartOwnerId): void {
    this.#cache.delete(`${workspaceId}/${owner}`)
  }

  #remember(workspaceId: string, owner: PartOwnerId, key: Buffer | undefined): void {
    if (!key) return
    if (this.#cache.size >= CACHE_MAX)
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest)
        break
      }
    this.#cache.set(`${workspaceId}/${owner}`, key)
  }
}
