import { listArchiveEntries, listArchives } from '@tracedesk/contracts'
import { projectLeaf } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type Scope, type ScopedEntry, scopeOf, seesEntry, seesEverything } from '../team/index.ts'
import type { ArchivePort } from './port.ts'
import { type ArchivedEntry, proveEntries, readEntries, readSealed } from './read-archive.ts'
import { closedMonths, coveredOf, hasEntries, NO_POLICY, readPolicy } from './store.ts'
import { filesOf } from './write-archive.ts'

/** Entries that are looked at for one page; who sees little of a large month gets shorter pages. */
const LOOKED_AT_MAX = 20_000

interface Row {
  id: string
  month: string
  state: string
  requestedBy: string | null
  requestedAt: string
  endedAt: string | null
  entries: number | null
  parts: number | null
  bytes: number | null
  files: number | null
  fromPosition: number | null
  toPosition: number | null
  sha256: string | null
  lockedUntil: string | null
  code: string | null
  verifiedAt: string | null
  verdict: string | null
  withParts: boolean
  isHeld: boolean
  plan: { from: number; to: number }[] | null
  written: number | null
}

async function readArchives(db: ReadDb, workspaceId: string): Promise<Row[]> {
  const { rows } = await sql<Row>`select a.archive_id as id, to_char(a.month, 'YYYY-MM') as month, a.state,
      a.requested_by as "requestedBy", a.requested_at as "requestedAt", a.ended_at as "endedAt", a.entries, a.parts, a.bytes,
      a.files, a.from_position as "fromPosition", a.to_position as "toPosition", a.sha256, a.locked_until as "lockedUntil",
      a.code, a.verified_at as "verifiedAt", a.verdict, a.with_parts as "withParts",
      coalesce(p.held_until > now(), false) as "isHeld", p.plan, jsonb_array_length(p.files) as written
    from archive a left join archive_progress p using (workspace_id, archive_id)
    where a.workspace_id = ${workspaceId} order by a.month desc, a.size desc limit 1000`.execute(db as never)
  return rows
}

function present(row: Row, isWhole: boolean) {
  const { withParts, isHeld, plan, written, ...shown } = row
  const of = plan ? filesOf({ plan }, withParts) : 1
  const progress =
    row.state === 'done' ? 100 : Math.min(99, Math.floor((100 * (written ?? 0)) / Math.max(1, of)))
  const state = row.state === 'waiting' && isHeld ? 'running' : row.state
  // how much there is would tell whoever sees only a part of the log about the rest
  const hidden = isWhole
    ? {}
    : { entries: null, parts: null, bytes: null, files: null, fromPosition: null, toPosition: null }
  return { ...shown, ...hidden, state, progress }
}

/** Months that are over and have entries no archive holds. */
export async function openMonths(db: ReadDb | Tx, workspaceId: string, days: number) {
  const open: { month: string; isNew: boolean }[] = []
  for (const month of await closedMonths(db, days)) {
    const { archiveId, reach } = await coveredOf(db, workspaceId, month)
    if (await hasEntries(db, workspaceId, month, reach)) open.push({ month, isNew: archiveId === null })
  }
  return open
}

const scopedOf = ({ leaf }: ArchivedEntry, reach: string): ScopedEntry => {
  const columns = projectLeaf(leaf)
  return {
    at: columns.at,
    reach,
    actor_kind: columns.actorKind,
    actor_id: columns.actorId,
    bot_id: columns.botId,
    agent_ids: columns.scopeAgents,
    department_ids: columns.scopeDepartments,
  }
}

interface Asked {
  readonly event?: string | undefined
  readonly conversation?: string | undefined
  readonly actor?: string | undefined
}

const fits = ({ leaf }: ArchivedEntry, { event, conversation, actor }: Asked): boolean =>
  (event === undefined ||
    (event.endsWith('*') ? leaf.event.startsWith(event.slice(0, -1)) : leaf.event === event)) &&
  (conversation === undefined || leaf.conversationId === conversation) &&
  (actor === undefined || leaf.actor.id === actor)

/** Reads a cursor: the position to go on from. */
function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor))
    throw new ConsoleError('input.invalid', {
      issues: [{ path: 'cursor', problem: 'not a cursor of this list' }],
    })
  return Number(cursor)
}

/** `reachOf`: whether an event belongs to work or to administration, as the catalogue says. */
export function createArchiveQueries(port: ArchivePort, reachOf: (event: string) => string): Query[] {
  const list = defineQueryHandler(listArchives, async ({ db, caller }) => {
    const { workspaceId } = caller
    const isWhole = seesEverything(await scopeOf(db, caller))
    const rows = await readArchives(db, workspaceId)
    const { archive } = port
    return {
      store: archive ? { kind: archive.kind, place: isWhole ? archive.place : '' } : null,
      policy: (await readPolicy(db, workspaceId)) ?? NO_POLICY,
      open: await openMonths(db, workspaceId, 0),
      items: rows.map(row => present(row, isWhole)) as never, // branded ids
    }
  })
  const entries = defineQueryHandler(listArchiveEntries, async ({ db, caller, disclose }, asked) => {
    const { month, limit, cursor, event, conversation, actor } = asked
    const scope = await scopeOf(db, caller)
    const { found, next } = await findPage(port, caller.workspaceId, month, {
      from: positionOf(cursor),
      limit,
      isShown: entry => fits(entry, asked) && isSeen(scope, entry, reachOf),
    })
    const proofs = await proveEntries(port, db, caller.workspaceId, found)
    const sealed = await readSealed(port, caller.workspaceId, month, found)
    const records = found.map(({ position, bytes }) => ({ position, leaf: bytes }))
    const shown = await port.present(db, caller, records, sealed)
    const filter = { archive: month, event, conversation, actor }
    disclose({
      filter: Object.fromEntries(
        Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]]])),
      ),
      q: undefined,
      scope: scope.kind,
      count: shown.length,
      deep: cursor !== undefined,
    })
    return {
      items: shown.map((entry, i) => ({ entry, proof: proofs[i] ?? 'changed' })) as never, // branded ids
      nextCursor: next === null ? null : String(next),
    }
  })
  return [list, entries] as unknown as Query[]
}

const isSeen = (scope: Scope, entry: ArchivedEntry, reachOf: (event: string) => string): boolean =>
  seesEntry(scope, scopedOf(entry, reachOf(entry.leaf.event)))

async function findPage(
  port: ArchivePort,
  workspaceId: string,
  month: string,
  ask: { from: number; limit: number; isShown: (entry: ArchivedEntry) => boolean },
): Promise<{ found: ArchivedEntry[]; next: number | null }> {
  const found: ArchivedEntry[] = []
  let looked = 0
  for await (const entry of readEntries(port, workspaceId, month, ask.from)) {
    if (found.length >= ask.limit || looked >= LOOKED_AT_MAX) return { found, next: entry.position }
    looked += 1
    if (ask.isShown(entry)) found.push(entry)
  }
  return { found, next: null }
}
