import {
  type AnchorKind,
  areaOf,
  CATALOGUE,
  countLog,
  facetLog,
  getCatalogue,
  getEntry,
  getTimeline,
  histogramLog,
  type Message,
  searchLog,
  tailLog,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Disclosure, defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import { type InstallationSecret, sha256 } from '../../kernel/secret.ts'
import { entryScopeSql, type Scope, scopeOf } from '../team/index.ts'
import type { LogFilter } from './conditions.ts'
import { countEntries, readFacets, readHistogram } from './facets.ts'
import type { EntryReader } from './reader.ts'
import { findEntries } from './search.ts'
import { tailEntries } from './tail.ts'

export interface LogQueriesPort {
  readonly reader: EntryReader
  readonly secret: InstallationSecret
  /** The messages of a conversation after a place, oldest first; the conversations module provides it. */
  readonly messagesBetween: (
    context: Parameters<Query['handle']>[0],
    conversationId: string,
    after: { at: string; id: string } | null,
    limit: number,
  ) => Promise<Message[]>
}

/** A filter as the log keeps it: text apart (it can be personal), everything else as lists of words. */
function describe(filter: LogFilter, scope: Scope, count: number, deep: boolean): Disclosure {
  const { q, ...rest } = filter
  const kept = Object.entries(rest).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, (Array.isArray(value) ? value : [value]).slice(0, 20).map(String)]],
  )
  return { filter: Object.fromEntries(kept), q: q?.toWellFormed(), scope: scope.kind, count, deep }
}

export function createLogQueries({ reader, secret, messagesBetween }: LogQueriesPort): Query[] {
  const key = secret.key('search-token')
  const search = defineQueryHandler(
    searchLog,
    async ({ db, caller, disclose }, { limit, cursor, ...filter }) => {
      const scope = await scopeOf(db, caller)
      const found = await findEntries(
        { db, caller, scope, filter, key },
        { limit, after: decodeCursor(cursor) },
      )
      const { rows, nextCursor } = pageOf(found, limit, row => ({ at: row.at, id: row.entry_id }))
      disclose(describe(filter, scope, rows.length, cursor !== undefined))
      return { items: await reader.present(db, caller, rows), nextCursor }
    },
  )
  const count = defineQueryHandler(countLog, async ({ db, caller, disclose }, filter) => {
    const scope = await scopeOf(db, caller)
    const found = await countEntries({ db, caller, scope, filter, key })
    disclose(describe(filter, scope, found, false))
    return { count: found }
  })
  const facets = defineQueryHandler(facetLog, async ({ db, caller, disclose }, filter) => {
    const scope = await scopeOf(db, caller)
    const found = await readFacets({ db, caller, scope, filter, key })
    disclose(describe(filter, scope, found.total, false))
    return found
  })
  const histogram = defineQueryHandler(histogramLog, async ({ db, caller, disclose }, filter) => {
    const scope = await scopeOf(db, caller)
    const found = await readHistogram({ db, caller, scope, filter, key })
    const count = found.bars.reduce((sum, bar) => sum + bar.count, 0)
    disclose(describe(filter, scope, count, false))
    return found
  })
  const tail = defineQueryHandler(tailLog, async ({ db, caller, disclose }, { since, ...filter }) => {
    const scope = await scopeOf(db, caller)
    const found = await tailEntries({ db, caller, scope, filter, key }, since)
    // A view of nothing is no view; without this the record of one look would be what the next one shows.
    const [first, last] = [found.rows[0]?.position, found.rows.at(-1)?.position]
    if (first != null && last != null)
      disclose({ ...describe(filter, scope, found.rows.length, true), positions: { first, last } })
    return { items: await reader.present(db, caller, found.rows), next: found.next, more: found.more }
  })
  const entry = defineQueryHandler(getEntry, async ({ db, caller, disclose }, { id }) => {
    const scope = await scopeOf(db, caller)
    const record = await findEntry(db, caller, scope, id)
    if (!record) throw new ConsoleError('entry.not_found', { id })
    disclose({ filter: { entry: [id] }, q: undefined, scope: scope.kind, count: 1, deep: false })
    const [shown] = await reader.present(db, caller, [record])
    if (!shown) throw new Error('an entry that was read could not be presented')
    return {
      entry: shown,
      proof:
        record.position === null ? null : await proofOf(db, caller.workspaceId, record.position, record.leaf),
    }
  })
  const timeline = defineQueryHandler(getTimeline, async (context, { id, limit, cursor }) => {
    const { db, caller, disclose } = context
    const scope = await scopeOf(db, caller)
    const after = decodeCursor(cursor)
    const [messages, found] = await Promise.all([
      messagesBetween(context, id, after, limit + 1),
      findEntries(
        { db, caller, scope, filter: { conversation: [id] } as LogFilter, key },
        { limit, after, ascending: true },
      ),
    ])
    const entries = await reader.present(db, caller, found)
    const all = [
      ...messages.map(message => ({
        type: 'message' as const,
        at: message.at,
        id: message.entryId,
        message,
      })),
      // a message and the entry that recorded it are one thing: the message stands for both
      ...entries
        .filter(item => !messages.some(message => message.entryId === item.id))
        .map(item => ({ type: 'entry' as const, at: item.at, id: item.id, entry: item })),
    ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1))
    const { rows, nextCursor } = pageOf(all, limit, row => ({ at: row.at, id: row.id }))
    disclose({
      filter: { conversation: [id] },
      q: undefined,
      scope: scope.kind,
      count: rows.length,
      deep: cursor !== undefined,
    })
    return { items: rows.map(({ id: _id, ...item }) => item), nextCursor }
  })
  return [search, count, facets, histogram, tail, entry, timeline, catalogue] as Query[]
}

async function findEntry(db: ReadDb, caller: Parameters<typeof scopeOf>[1], scope: Scope, id: string) {
  const { rows } = await sql<{ position: number | null; leaf: Buffer }>`
    select position, leaf from log_entry e where workspace_id = ${caller.workspaceId} and entry_id = ${id} and ${entryScopeSql(scope)}
    union all select null, leaf from log_pending e where workspace_id = ${caller.workspaceId} and entry_id = ${id} and ${entryScopeSql(scope)}`.execute(
    db as never,
  )
  return rows[0]
}

async function proofOf(db: ReadDb, workspaceId: string, position: number, leaf: Buffer) {
  const covering = await db
    .selectFrom('log_checkpoint as k')
    .innerJoin('log_head as h', join =>
      join.onRef('h.workspace_id', '=', 'k.workspace_id').onRef('h.epoch', '=', 'k.epoch'),
    )
    .select(['k.size', 'k.signed_at', 'k.epoch'])
    .where('k.workspace_id', '=', workspaceId)
    .where('k.size', '>', position)
    .orderBy('k.size')
    .limit(1)
    .executeTakeFirst()
  const head = await db
    .selectFrom('log_head')
    .select('epoch')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return {
    position,
    epoch: covering?.epoch ?? head.epoch,
    leafSha256: sha256(leaf).toString('hex'),
    signedSize: covering?.size ?? null,
    signedAt: covering?.signed_at ?? null,
    anchors: await anchorsOf(db, workspaceId, position),
  }
}

/** Of each outsider the first head it confirmed that covers a position. */
async function anchorsOf(db: ReadDb, workspaceId: string, position: number) {
  const rows = await db
    .selectFrom('log_anchor')
    .select(['kind', 'name', 'size', 'anchored_at'])
    .distinctOn(['kind', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('kind', '<>', 'key')
    .where('size', '>', position)
    .orderBy('kind')
    .orderBy('name')
    .orderBy('size')
    .execute()
  return rows.map(({ kind, name, size, anchored_at: at }) => ({ kind: kind as AnchorKind, name, size, at }))
}

const catalogue = defineQueryHandler(getCatalogue, async () => ({
  items: [...CATALOGUE.values()].map(event => ({
    name: event.name,
    version: event.version,
    area: areaOf(event.name),
    subject: event.subject,
    reach: event.reach,
    outcome: event.outcome,
    data: z.toJSONSchema(event.data, { unrepresentable: 'any' }) as Record<string, unknown>,
    parts: { ...event.parts },
  })),
}))
