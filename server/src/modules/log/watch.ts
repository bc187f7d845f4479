import { createHash } from 'node:crypto'
import { defineCommand, logViewed } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { type Command, type Disclosure, defineCommandHandler } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases, Tx } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { type InstallationSecret, seal, unseal } from '../../kernel/secret.ts'
import { viewLog } from './record-view.ts'

/** A page that stands open is told of at most this often. */
const TELL_SECONDS = 60
const LOOK_MS = 15_000

/** Who watches, and by what: permissions do not matter any more, what was shown was shown. */
interface Watch {
  readonly caller: Omit<Caller, 'permissions'>
  readonly query: string
  readonly filter: Record<string, string[]>
  readonly q: string | undefined
  readonly scope: Disclosure['scope']
}

/** Somebody else told of it meanwhile. */
class NothingToTell extends RecordedRefusal {
  constructor(watchId: string) {
    super('conversation.unchanged', { watchId }, { message: 'another node told what was shown' })
  }
}

interface WatchRow {
  readonly sealed: Buffer
  readonly count: number
  readonly first: number
  readonly last: number
}

const contextOf = (workspaceId: string, id: string) => `log-watch/${workspaceId}/${id}`

/** Records what a watch showed since it was last told of; the row goes on with nothing shown. */
const createTellWatch = (secret: InstallationSecret) =>
  defineCommandHandler(
    defineCommand({
      name: 'log.tell_watch',
      access: 'internal',
      summary: 'Record what an open page of the log showed since it was last told of',
      input: z.strictObject({ watchId: z.uuid() }),
      output: z.strictObject({}),
      records: [logViewed],
    }),
    {
      handle: async (context, { watchId }) => {
        const { tx, workspaceId } = context
        const { rows } = await sql<WatchRow>`
          with due as (select * from log_watch where workspace_id = ${workspaceId} and watch_id = ${watchId} and count > 0 for update)
          update log_watch w set count = 0, first_position = null, last_position = null, told_at = clock_timestamp()
          from due where w.workspace_id = due.workspace_id and w.watch_id = due.watch_id
          returning due.sealed, due.count, due.first_position as first, due.last_position as last`.execute(tx)
        const [row] = rows
        if (!row) throw new NothingToTell(watchId)
        const { query, filter, q, scope } = openWatch(secret, workspaceId, watchId, row.sealed)
        context.record(
          logViewed,
          {
            ...{ query, filter, scope, count: row.count, deep: true },
            ...{ fromPosition: row.first, toPosition: row.last },
          },
          { subject: { id: query }, ...(q ? { parts: { q } } : {}) },
        )
        return {}
      },
    },
  ) as unknown as Command

const openWatch = (secret: InstallationSecret, workspaceId: string, id: string, sealed: Buffer): Watch =>
  // we sealed it
  JSON.parse(unseal(secret.key('log-watch'), sealed, contextOf(workspaceId, id)).toString('utf8')) as Watch

const sealWatch = (secret: InstallationSecret, workspaceId: string, id: string, watch: Watch): Buffer =>
  seal(secret.key('log-watch'), Buffer.from(JSON.stringify(watch), 'utf8'), contextOf(workspaceId, id))

/**
 * Takes the words out of every watch that looks for somebody: what an open page showed is still told, without them. Runs in
 * the transaction of an erasure. Nothing is removed, so nothing is counted.
 */
export const createEraseWatches =
  (secret: InstallationSecret) =>
  async ({
    tx,
    workspaceId,
    customerId,
    conversationIds,
    holdsPerson,
  }: {
    readonly tx: Tx
    readonly workspaceId: string
    readonly customerId: string
    readonly conversationIds: readonly string[]
    readonly holdsPerson: HoldsPerson
  }): Promise<number> => {
    const rows = await tx
      .selectFrom('log_watch')
      .select(['watch_id as id', 'sealed'])
      .where('workspace_id', '=', workspaceId)
      .forUpdate()
      .execute()
    const ids = [customerId, ...conversationIds]
    for (const { id, sealed } of rows) {
      const { q, ...watch } = openWatch(secret, workspaceId, id, sealed)
      if (q === undefined) continue
      const looksFor = Object.values(watch.filter).some(values => values.some(value => ids.includes(value)))
      if (!looksFor && !holdsPerson(q, 'search')) continue
      await tx
        .updateTable('log_watch')
        .set({ sealed: sealWatch(secret, workspaceId, id, { ...watch, q: undefined }) })
        .where('workspace_id', '=', workspaceId)
        .where('watch_id', '=', id)
        .execute()
    }
    return 0
  }

/** One watch: the same person in the same session by the same filter. As a uuid. */
function idOf({ caller, ...asked }: Watch): string {
  const { actor, impersonator, via } = caller
  const who = [actor.kind, actor.id, impersonator?.id ?? null, via.source, via.sessionId]
  const hex = createHash('sha256')
    .update(JSON.stringify([who, asked]))
    .digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

export interface WatchPort {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly secret: InstallationSecret
  readonly log: Logger
  readonly workspaces: () => Promise<string[]>
}

/**
 * Pages that stand open over the log. The first thing a watch shows is an entry at once; what it shows from then on is
 * noted in its row before the answer leaves, and becomes one entry a minute with how many entries and which positions.
 * The row is in the database, so any node tells of it when nobody asks any more.
 */
export class LogWatches {
  readonly #port: WatchPort
  readonly #tell: Command
  readonly #rounds: Rounds

  constructor(port: WatchPort) {
    this.#port = port
    this.#tell = createTellWatch(port.secret)
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: () => this.tellDue(),
      onError: error => port.log.warn({ err: error }, 'what open pages of the log showed is recorded later'),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Notes what a look showed, durably; without that there is no answer. */
  async note(
    caller: Caller,
    query: string,
    shown: Disclosure & { readonly positions: NonNullable<Disclosure['positions']> },
  ): Promise<void> {
    const { filter, q, scope, count, positions } = shown
    const { permissions: _, ...who } = caller
    const watch: Watch = { caller: who, query, filter, q, scope }
    const id = idOf(watch)
    const sealed = sealWatch(this.#port.secret, caller.workspaceId, id, watch)
    const { rows } = await this.#port.databases.app.query<{ fresh: boolean; due: boolean }>(
      `insert into log_watch (workspace_id, watch_id, sealed, told_at, seen_at, count) values ($1, $2, $3, now(), now(), 0)
       on conflict (workspace_id, watch_id) do update set seen_at = now(), count = log_watch.count + $4,
         first_position = least(log_watch.first_position, $5), last_position = greatest(log_watch.last_position, $6)
       returning xmax = 0 as fresh, told_at <= now() - make_interval(secs => $7) as due`,
      [caller.workspaceId, id, sealed, count, positions.first, positions.last, TELL_SECONDS],
    )
    if (rows[0]?.fresh) await this.#port.door.execute(viewLog, internal(caller), { ...shown, query })
    else if (rows[0]?.due) await this.#tellOne(internal(caller), id)
  }

  /** Tells of every watch that is due, and forgets those nobody looks at any more. */
  async tellDue(): Promise<void> {
    for (const workspaceId of await this.#port.workspaces()) {
      const { rows } = await this.#port.databases.app.query<{ id: string; sealed: Buffer }>(
        `select watch_id as id, sealed from log_watch where workspace_id = $1 and count > 0
           and told_at <= now() - make_interval(secs => $2) order by told_at limit 200`,
        [workspaceId, TELL_SECONDS],
      )
      for (const { id, sealed } of rows)
        await this.#tellOne(
          internal({ ...openWatch(this.#port.secret, workspaceId, id, sealed).caller, permissions: 'all' }),
          id,
        )
      await this.#port.databases.app.query(
        `delete from log_watch where workspace_id = $1 and count = 0 and seen_at <= now() - make_interval(secs => $2)`,
        [workspaceId, 2 * TELL_SECONDS],
      )
    }
  }

  async #tellOne(caller: Caller, watchId: string): Promise<void> {
    try {
      await this.#port.door.execute(this.#tell, caller, { watchId })
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error
    }
  }
}

/** The permission was checked when the read was admitted; the record of it is ours. */
const internal = (caller: Caller): Caller => ({ ...caller, permissions: 'all' })
