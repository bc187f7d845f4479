import type { StreamEnvelope, StreamKind, StreamPayload } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type pg from 'pg'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { openSecrets, openWords, type StreamSecrets } from './secrets.ts'

/** The filter of `log.search`, as the contract parsed it. */
export type StreamFilter = Readonly<Record<string, string | readonly string[] | undefined>>

/** How a stream is set up, without what is secret. */
export interface StreamForm {
  readonly name: string
  readonly kind: StreamKind
  readonly envelope: StreamEnvelope
  readonly payload: StreamPayload
  readonly parts: 'withheld' | 'open'
  readonly filter: StreamFilter
  readonly batch: number
}

/** A stream as its sender needs it. */
export interface Stream extends StreamForm {
  readonly workspaceId: string
  readonly id: string
  readonly state: 'running' | 'paused'
  readonly secrets: StreamSecrets
}

/** How far a stream is. */
export interface StreamPlace {
  readonly position: number
  readonly failures: number
  /** So often the next entry was refused for what is in it. */
  readonly refusals: number
  readonly refusedInRow: number
  /** Milliseconds until the next attempt is due; 0 when it is. */
  readonly restMs: number
}

/** A row with what is sealed in it: only the application's role may read it. */
interface Row extends StreamForm {
  readonly state: 'running' | 'paused'
  readonly sealed: Buffer
  readonly query: Buffer | null
}

const present = (secret: InstallationSecret, workspaceId: string, id: string, row: Row): Stream => {
  const { sealed, query, filter, ...rest } = row
  const q = openWords(secret, workspaceId, id, query)
  return {
    ...rest,
    workspaceId,
    id,
    filter: q === undefined ? filter : { ...filter, q },
    secrets: openSecrets(secret, workspaceId, id, sealed),
  }
}

const COLUMNS =
  's.name, s.kind, s.envelope, s.payload, s.parts, s.filter, s.batch, s.state, s.sealed, s.query'

/** A stream and its place; null when it is not there (any more). */
export async function loadStream(
  app: pg.Pool,
  secret: InstallationSecret,
  workspaceId: string,
  id: string,
): Promise<{ stream: Stream; place: StreamPlace } | null> {
  const { rows } = await app.query<Row & StreamPlace>(
    `select ${COLUMNS}, c.position, c.failures, c.refusals, c.refused_in_row as "refusedInRow",
       greatest(0, ceil(extract(epoch from case when isfinite(c.next_at) then c.next_at - clock_timestamp() else '0' end) * 1000))::int as "restMs"
     from stream s join stream_cursor c using (workspace_id, stream_id) where s.workspace_id = $1 and s.stream_id = $2`,
    [workspaceId, id],
  )
  const [row] = rows
  if (!row) return null
  const { position, failures, refusals, refusedInRow, restMs, ...config } = row
  return {
    stream: present(secret, workspaceId, id, config),
    place: { position, failures, refusals, refusedInRow, restMs },
  }
}

/** Locks a stream for a command. Throws `stream.not_found`. */
export async function lockStream(
  tx: Tx,
  secret: InstallationSecret,
  workspaceId: string,
  id: string,
): Promise<Stream> {
  const row = await tx
    .selectFrom('stream')
    .select(['name', 'kind', 'envelope', 'payload', 'parts', 'filter', 'batch', 'state', 'sealed', 'query'])
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('stream.not_found', { id })
  return present(secret, workspaceId, id, row as unknown as Row) // the table admits no other words
}

/** Locks how far a stream is, so that nobody moves it until the end of the transaction. */
export async function lockPosition(tx: Tx, workspaceId: string, id: string): Promise<number> {
  const row = await tx
    .selectFrom('stream_cursor')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row.position
}

/** How many leaves the log of a workspace has. */
export async function sizeOf(tx: Tx, workspaceId: string): Promise<number> {
  const row = await tx
    .selectFrom('log_head')
    .select('size')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row?.size ?? 0
}

/**
 * Moves a stream on after something arrived or was passed over. Conditional on where it was: whoever lost the lease, or
 * was overtaken by a replay, moves nothing.
 */
export async function moveOn(
  app: pg.Pool,
  { workspaceId, id }: Stream,
  from: number,
  to: number,
  sent: number,
): Promise<boolean> {
  const { rowCount } = await app.query(
    sent > 0
      ? `update stream_cursor set position = $4, sent = sent + $5, sent_at = now(), failures = 0, refusals = 0, problem = null, status = null,
           failed_at = null, next_at = '-infinity', refused_in_row = 0 where workspace_id = $1 and stream_id = $2 and position = $3`
      : `update stream_cursor set position = $4 where workspace_id = $1 and stream_id = $2 and position = $3 and $5 = 0`,
    [workspaceId, id, from, to, sent],
  )
  return (rowCount ?? 0) > 0
}

/** Notes that an attempt failed, and when the next is due. */
export async function noteTrouble(
  app: pg.Pool,
  { workspaceId, id }: Stream,
  position: number,
  trouble: { problem: string; status: number | null; restMs: number; refused: boolean },
): Promise<void> {
  await app.query(
    `update stream_cursor set failures = failures + 1, refusals = refusals + $7, problem = $4, status = $5, failed_at = clock_timestamp(),
       next_at = clock_timestamp() + make_interval(secs => $6) where workspace_id = $1 and stream_id = $2 and position = $3`,
    [
      workspaceId,
      id,
      position,
      trouble.problem,
      trouble.status,
      trouble.restMs / 1000,
      trouble.refused ? 1 : 0,
    ],
  )
}

export interface Letter {
  readonly position: number
  readonly entryId: string
  readonly attempts: number
}

/** The first entry laid aside that somebody had sent once more. */
export async function nextLetter(app: pg.Pool, { workspaceId, id }: Stream): Promise<Letter | null> {
  const { rows } = await app.query<Letter>(
    `select position, entry_id as "entryId", attempts from stream_letter
     where workspace_id = $1 and stream_id = $2 and waiting order by position limit 1`,
    [workspaceId, id],
  )
  return rows[0] ?? null
}

/** How far each stream is behind: positions not looked at yet, and since when the oldest of them is on record. */
export const LAG = sql<{
  workspaceId: string
  id: string
  entries: number
  seconds: number
  letters: number
}>`
  select c.workspace_id as "workspaceId", c.stream_id as id, greatest(0, coalesce(h.size, 0) - c.position) as entries,
    coalesce((select greatest(0, floor(extract(epoch from clock_timestamp() - e.recorded_at)))::int from log_entry e
      where e.workspace_id = c.workspace_id and e.position >= c.position and e.position < h.size order by e.position limit 1), 0) as seconds,
    (select count(*)::int from stream_letter l where l.workspace_id = c.workspace_id and l.stream_id = c.stream_id) as letters
  from stream_cursor c left join log_head h using (workspace_id)`
