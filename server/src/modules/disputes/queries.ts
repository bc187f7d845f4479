import { type Entry, getCheck, getDispute, listDisputes, type Part } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type Caller, isWithheldFrom, may } from '../../command/caller.ts'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import { caseEntryScopeSql, type Scope, scopeOf } from '../team/index.ts'
import { type Matter, matterOf } from './matter.ts'
import { type ListedDispute, listRows, participantsOf, run } from './store.ts'
import { createStory, disclosureOf, type PresentEntries, peopleOf, type StoredEntry } from './story.ts'

/** Opens one named part of many entries: entry id → part; the log module provides it. */
export type OpenParts = (
  db: ReadDb,
  viewer: Caller,
  entryIds: readonly string[],
  name: string,
) => Promise<Map<string, Part>>

export interface DisputeReads {
  readonly present: PresentEntries
  readonly openParts: OpenParts
}

/** The words of entries of cases, which lie under one of two names. */
async function wordsOf(
  { openParts }: DisputeReads,
  db: ReadDb,
  viewer: Caller,
  ids: readonly string[],
  names: readonly [string, string],
): Promise<Map<string, Part>> {
  const [about, own] = await Promise.all(names.map(name => openParts(db, viewer, ids, name)))
  return new Map([...(own ?? []), ...(about ?? [])])
}

function describe(row: ListedDispute, viewer: Caller, title: Part | undefined) {
  const { departmentIds: _departments, holdId: _hold, entryId: _entry, ...facts } = row
  const { openedBy, openerName, customerName, ...rest } = facts
  return {
    ...rest,
    title: title ?? { state: 'missing' as const },
    customerName: nameOf(row, viewer),
    openedBy: openedBy ? { id: openedBy, name: openerName ?? '' } : null,
  }
}

const nameOf = ({ customerId, customerName }: ListedDispute, viewer: Caller): Part | null =>
  customerId === null
    ? null
    : isWithheldFrom(viewer)
      ? { state: 'withheld' }
      : customerName
        ? { state: 'open', value: customerName }
        : { state: 'erased', by: null }

const createList = (reads: DisputeReads) =>
  defineQueryHandler(listDisputes, async ({ db, caller }, { limit, cursor, ...filter }) => {
    const scope = await scopeOf(db, caller)
    const found = await listRows(db, caller.workspaceId, scope, filter, {
      limit,
      before: decodeCursor(cursor),
    })
    const { rows, nextCursor } = pageOf(found, limit, row => ({ at: row.openedAt, id: row.id }))
    const titles = await wordsOf(
      reads,
      db,
      caller,
      rows.map(row => row.entryId),
      ['title', 'ownTitle'],
    )
    const items = rows.map(row => describe(row, caller, titles.get(row.entryId)))
    return { items, nextCursor } as never // branded ids: the contract parses what leaves
  })

/** A case with everything that was recorded of it, for the page and for the report. Throws `dispute.not_found`. */
export async function readCase(reads: DisputeReads, db: ReadDb, caller: Caller, scope: Scope, id: string) {
  const { workspaceId } = caller
  const [row] = await listRows(db, workspaceId, scope, {}, { limit: 1, before: null, id })
  if (!row) throw new ConsoleError('dispute.not_found', { disputeId: id })
  const matter = await matterOf(db, workspaceId, row)
  const [titles, texts, participants, file, laid, people, hold] = await Promise.all([
    wordsOf(reads, db, caller, [row.entryId], ['title', 'ownTitle']),
    wordsOf(reads, db, caller, [row.entryId], ['text', 'ownText']),
    participantsOf(db, workspaceId, id),
    fileOf(db, workspaceId, id),
    laidTo(db, scope, matter, id),
    peopleOf(db, scope, matter),
    inForce(db, workspaceId, row.holdId),
  ])
  return {
    row,
    dispute: {
      ...describe(row, caller, titles.get(row.entryId)),
      text: texts.get(row.entryId) ?? null,
      hold: { id: row.holdId, inForce: hold },
      mayWork: row.state !== 'closed' && may(caller, 'dispute.decide'),
      participants,
      people: await namesOf(db, workspaceId, people),
    },
    file: await reads.present(db, caller, file),
    laid: await reads.present(db, caller, laid),
  }
}

const createGet = (reads: DisputeReads) =>
  defineQueryHandler(getDispute, async ({ db, caller, disclose }, { id }) => {
    const scope = await scopeOf(db, caller)
    const { row, ...found } = await readCase(reads, db, caller, scope, id)
    disclose(disclosureOf(row, scope, found.file.length + found.laid.length, false))
    return found as never // branded ids: the contract parses what leaves
  })

/** The entries recorded of a case, oldest first. Whoever sees the case sees its whole file. */
const fileOf = (db: ReadDb, workspaceId: string, id: string): Promise<StoredEntry[]> =>
  run(
    db,
    sql`with file as (select entry_id, at from dispute_item where workspace_id = ${workspaceId} and dispute_id = ${id})
      select position, leaf from (
        select e.position, e.leaf, e.at, e.entry_id from log_entry e join file f on f.entry_id = e.entry_id
            and e.at >= f.at and e.at < f.at + interval '1 millisecond'
          where e.workspace_id = ${workspaceId}
        union all select null, e.leaf, e.at, e.entry_id from log_pending e join file f on f.entry_id = e.entry_id
          where e.workspace_id = ${workspaceId}) found order by at, entry_id`,
  )

/** The entries of the log that were laid to a case, in the reader's sight, oldest first. */
const laidTo = (db: ReadDb, scope: Scope, matter: Matter, id: string): Promise<StoredEntry[]> =>
  entriesInSight(
    db,
    scope,
    matter,
    sql`(select about_entry_id from dispute_item
      where workspace_id = ${matter.workspaceId} and dispute_id = ${id} and about_entry_id is not null)`,
  )

function entriesInSight(
  db: ReadDb,
  scope: Scope,
  matter: Matter,
  ids: ReturnType<typeof sql>,
): Promise<StoredEntry[]> {
  const where = sql`e.workspace_id = ${matter.workspaceId} and e.entry_id in ${ids} and ${caseEntryScopeSql(scope, matter.conversationIds)}`
  return run(
    db,
    sql`select position, leaf from (
      select e.position, e.leaf, e.at, e.entry_id from log_entry e where ${where}
      union all select null, e.leaf, e.at, e.entry_id from log_pending e where ${where}) found order by at, entry_id`,
  )
}

export interface ShownCheck {
  readonly for: Entry[]
  readonly against: Entry[]
  readonly said: Entry[]
}

/** The entries that a check (`facts`) named, as far as a reader sees them, and the messages behind the deliveries. */
export async function readCheck(
  { present }: Pick<DisputeReads, 'present'>,
  db: ReadDb,
  caller: Caller,
  scope: Scope,
  matter: Matter,
  facts: Entry['data'],
): Promise<ShownCheck> {
  const side = async (ids: Entry['data'][string] | undefined) =>
    present(db, caller, await readSide(db, scope, matter, ids ?? []))
  const [speaksFor, against] = await Promise.all([side(facts.for), side(facts.against)])
  const delivered = [...speaksFor, ...against].filter(({ event }) => event === 'message.delivered')
  const said = delivered.length > 0 ? await readSaid(db, scope, matter, delivered) : []
  return { for: speaksFor, against, said: await present(db, caller, said) }
}

function readSaid(db: ReadDb, scope: Scope, matter: Matter, deliveries: readonly Entry[]) {
  const conversations = [...new Set(deliveries.flatMap(entry => entry.conversationId ?? []))]
  const messages = deliveries.flatMap(({ subject }) => subject.id ?? [])
  const sent = sql`(select s.entry_id from log_entry s where s.workspace_id = ${matter.workspaceId}
    and s.conversation_id = any(${conversations}::uuid[]) and s.event = 'message.sent' and s.subject_id = any(${messages}::text[]))`
  return entriesInSight(db, scope, matter, sent)
}

/** `dispute.check`. Throws `dispute.not_found`, `entry.not_found`. */
const createCheck = ({ present }: DisputeReads) =>
  defineQueryHandler(getCheck, async ({ db, caller, disclose }, { id, check }) => {
    const scope = await scopeOf(db, caller)
    const { workspaceId } = caller
    const [row] = await listRows(db, workspaceId, scope, {}, { limit: 1, before: null, id })
    if (!row) throw new ConsoleError('dispute.not_found', { disputeId: id })
    const [facts] = (await present(db, caller, await fileOf(db, workspaceId, id))).filter(
      entry => entry.id === check && entry.event === 'dispute.claim_checked',
    )
    if (!facts) throw new ConsoleError('entry.not_found', { id: check })
    const matter = await matterOf(db, workspaceId, row)
    const shown = await readCheck({ present }, db, caller, scope, matter, facts.data)
    disclose(disclosureOf(row, scope, shown.for.length + shown.against.length + shown.said.length, false))
    return shown
  })

const readSide = (db: ReadDb, scope: Scope, matter: Matter, ids: Entry['data'][string]) =>
  Array.isArray(ids) && ids.length > 0
    ? entriesInSight(db, scope, matter, sql`(select unnest(${ids.map(String)}::uuid[]))`)
    : Promise.resolve([])

const namesOf = (db: ReadDb, workspaceId: string, ids: readonly string[]) =>
  run<{ id: string; name: string }>(
    db,
    sql`select agent_id as id, name from agent
      where workspace_id = ${workspaceId} and agent_id = any(${[...ids]}::uuid[]) order by name, agent_id`,
  )

async function inForce(db: ReadDb, workspaceId: string, holdId: string): Promise<boolean> {
  const [row] = await run<{ released: boolean }>(
    db,
    sql`select released_at is not null as released from hold where workspace_id = ${workspaceId} and hold_id = ${holdId}`,
  )
  return row?.released === false
}

/** Every read of cases. */
export const createDisputeQueries = (reads: DisputeReads): Query[] =>
  [createList(reads), createGet(reads), createCheck(reads), createStory(reads.present)] as unknown as Query[]
