import { listStreamLetters, listStreams } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { describeFilter } from './commands.ts'
import { LAG, type StreamFilter } from './store.ts'

interface Row {
  readonly stream_id: string
  readonly name: string
  readonly kind: string
  readonly target: string
  readonly envelope: string
  readonly payload: string
  readonly parts: string
  readonly filter: StreamFilter
  readonly words: boolean
  readonly batch: number
  readonly has_authorization: boolean
  readonly ca_fingerprint: string | null
  readonly state: string
  readonly paused_because: string | null
  readonly created_by: string | null
  readonly created_at: string
  readonly position: number
  readonly sent: number
  readonly sent_at: string | null
  readonly failures: number
  readonly problem: string | null
  readonly status: number | null
  readonly failed_at: string | null
  readonly next_at: string
  readonly entries: number
  readonly seconds: number
  readonly letters: number
}

const troubleOf = ({ problem, status, failed_at, failures, next_at }: Row) =>
  problem === null || failed_at === null
    ? null
    : { problem, status, at: failed_at, attempts: failures, nextAt: next_at }

const listQuery = defineQueryHandler(listStreams, async ({ db, caller }) => {
  const { rows } = await sql<Row>`
    select s.stream_id, s.name, s.kind, s.target, s.envelope, s.payload, s.parts, s.filter, s.has_words as words, s.batch,
      s.has_authorization, s.ca_fingerprint, s.state, s.paused_because, s.created_by, s.created_at, c.position, c.sent,
      c.sent_at, c.failures, c.problem, c.status, c.failed_at, c.next_at, lag.entries, lag.seconds, lag.letters
    from stream s join stream_cursor c using (workspace_id, stream_id)
      join (${LAG} where c.workspace_id = ${caller.workspaceId}) lag on lag.id = s.stream_id
    where s.workspace_id = ${caller.workspaceId} order by s.created_at, s.stream_id`.execute(db as never) // a ReadDb runs selects
  const items = rows.map(row => ({
    id: row.stream_id,
    name: row.name,
    kind: row.kind,
    receiver: row.target,
    envelope: row.envelope,
    payload: row.payload,
    parts: row.parts,
    filter: describeFilter(row.filter),
    words: row.words,
    batch: row.batch,
    authorization: row.has_authorization,
    ca: row.ca_fingerprint,
    state: row.state,
    pausedBecause: row.paused_because,
    position: row.position,
    lagEntries: row.entries,
    lagSeconds: row.seconds,
    sent: row.sent,
    sentAt: row.sent_at,
    trouble: troubleOf(row),
    letters: row.letters,
    createdBy: row.created_by,
    createdAt: row.created_at,
  }))
  return { items: items as never } // the table admits only the words of the contract; branded ids
})

const lettersQuery = defineQueryHandler(listStreamLetters, async ({ db, caller }, { id, limit, cursor }) => {
  const after = cursor === undefined ? -1 : Number(Buffer.from(cursor, 'base64url').toString())
  if (!Number.isSafeInteger(after))
    throw new ConsoleError('input.invalid', {
      issues: [{ path: 'cursor', problem: 'not a cursor of this list' }],
    })
  const rows = await db
    .selectFrom('stream_letter')
    .select(['position', 'entry_id', 'attempts', 'status', 'at', 'waiting'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('stream_id', '=', id)
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ entry_id, ...row }) => ({ ...row, entryId: entry_id as never })), // branded id
    nextCursor: rows.length > limit && last ? Buffer.from(String(last.position)).toString('base64url') : null,
  }
})

export const streamQueries = [listQuery, lettersQuery] as unknown as readonly Query[]
