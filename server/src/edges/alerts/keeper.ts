import type { AlertChannel } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { ruleCaller, systemCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import { hideTokens, type Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import {
  ALERT_RULE,
  type ChannelPort,
  deliver,
  type Finding,
  findOverdueAnchor,
  judge,
  NothingToRaise,
  raiseAlertsCommand,
  recordDeliveryCommand,
  type SendDocument,
  WATCHED,
} from '../../modules/alerts/index.ts'
import { type Lease, Leases } from '../telegram/leases.ts'

const LOOK_MS = 3_000
const LEASE_MS = 15_000
const LEASE = 'alert-keeper'
const SLICE = 2_000
/** After so many failures a delivery is given up; they lie half a minute to a quarter of an hour apart. */
const ATTEMPTS_MAX = 6
const FIRST_PAUSE_SECONDS = 30

interface KeeperParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly nodeId: string
  readonly secret: InstallationSecret
  readonly allowPrivate: boolean
  readonly sendDocument: SendDocument
}

/**
 * Reads the ledger on from where it was and raises what the rules find, then delivers it. One node at a time; its
 * place is kept in the database, so that a new holder goes on where the last one was. Alerts come before the place
 * moves: after a crash a slice is judged again, and what was raised already is quiet.
 */
export class AlertKeeper {
  readonly #parts: KeeperParts
  readonly #port: ChannelPort
  readonly #leases: Leases
  #held: Lease[] = []
  readonly #rounds: Rounds

  constructor(parts: KeeperParts) {
    this.#parts = parts
    const { databases, secret, allowPrivate, sendDocument } = parts
    this.#port = { db: databases.read, secret, allowPrivate, sendDocument }
    this.#leases = new Leases(databases, parts.nodeId, LEASE_MS)
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: () => this.#look(),
      onError: error => parts.log.warn({ err: error }, 'alerts could not be looked after; tried again soon'),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
    await this.#leases
      .release(this.#held)
      .catch(error => this.#parts.log.warn({ err: error as Error }, 'a lease was left to expire'))
  }

  async #look(): Promise<void> {
    const renewed = await this.#leases.renew(this.#held)
    this.#held = renewed.length > 0 ? renewed : await this.#leases.take([LEASE])
    if (this.#held.length === 0) return
    const { rows } = await this.#parts.databases.readPool.query<{ id: string }>(
      'select workspace_id as id from workspace',
    )
    for (const { id } of rows) await this.watch(id)
    await this.deliverDue()
  }

  /** Judges everything that is new in a workspace. */
  async watch(workspaceId: string): Promise<void> {
    while (!this.#rounds.stopped && (await this.#watchSlice(workspaceId)));
    const overdue = await findOverdueAnchor(this.#parts.databases.read, workspaceId)
    if (overdue) await this.#raise(workspaceId, [overdue])
  }

  async #watchSlice(workspaceId: string): Promise<boolean> {
    const { app, read } = this.#parts.databases
    // What happened before somebody watched raises nothing.
    await app.query(
      'insert into alert_cursor (workspace_id, position) select workspace_id, size from log_head where workspace_id = $1 on conflict do nothing',
      [workspaceId],
    )
    const places = await app.query<{ position: number; size: number }>(
      'select c.position, h.size from alert_cursor c join log_head h using (workspace_id) where c.workspace_id = $1',
      [workspaceId],
    )
    const [place] = places.rows
    if (!place || place.position >= place.size) return false
    const to = Math.min(place.position + SLICE, place.size)
    const { rows } = await sql<{
      leaf: Buffer
    }>`select e.leaf from log_entry e where e.workspace_id = ${workspaceId}
      and e.position >= ${place.position} and e.position < ${to} and ${WATCHED} order by e.position`.execute(
      read as never,
    )
    for (const row of rows) {
      const leaf = JSON.parse(row.leaf.toString('utf8')) as Leaf
      await this.#raise(workspaceId, await judge({ db: read, workspaceId, leaf }))
    }
    await app.query(
      `insert into alert_delivery (workspace_id, alert_entry_id, channel)
       select e.workspace_id, e.entry_id, c.channel from log_entry e cross join (
         select 'email' as channel where exists (select from setting where workspace_id = $1 and key = 'alert.email_to' and value <> '""')
         union all select 'telegram' where exists (select from setting where workspace_id = $1 and key = 'alert.telegram_chat' and value <> '""')
         union all select 'webhook' where exists (select from setting where workspace_id = $1 and key = 'alert.webhook_url' and value <> '""')) c
       where e.workspace_id = $1 and e.position >= $2 and e.position < $3 and e.event = 'alert.raised' and e.actor_id is distinct from $4
       on conflict do nothing`,
      [workspaceId, place.position, to, ALERT_RULE],
    )
    await app.query('update alert_cursor set position = $3 where workspace_id = $1 and position = $2', [
      workspaceId,
      place.position,
      to,
    ])
    return to < place.size
  }

  async #raise(workspaceId: string, findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return
    try {
      await this.#parts.door.execute(raiseAlertsCommand, ruleCaller(workspaceId, ALERT_RULE), { findings })
    } catch (error) {
      if (!(error instanceof NothingToRaise)) throw error
    }
  }

  /** Tries every delivery that is due, once. */
  async deliverDue(): Promise<void> {
    const { rows } = await this.#parts.databases.app.query<{
      workspaceId: string
      entryId: string
      channel: AlertChannel
      attempts: number
      leaf: Buffer
    }>(
      `select d.workspace_id as "workspaceId", d.alert_entry_id as "entryId", d.channel, d.attempts, e.leaf
       from alert_delivery d join log_entry e on e.workspace_id = d.workspace_id and e.entry_id = d.alert_entry_id
       where d.next_at <= now() order by d.next_at limit 50`,
    )
    for (const row of rows) {
      if (this.#rounds.stopped) return
      const { workspaceId, entryId, channel } = row
      const attempts = row.attempts + 1
      const problem = await deliver(
        this.#port,
        workspaceId,
        channel,
        JSON.parse(row.leaf.toString('utf8')) as Leaf,
      ).then(
        () => null,
        error => hideTokens(error instanceof Error ? error.message : String(error)).slice(0, 200),
      )
      if (problem === null || attempts >= ATTEMPTS_MAX)
        await this.#record(workspaceId, { entryId, channel, attempts, problem })
      else
        await this.#parts.databases.app.query(
          'update alert_delivery set attempts = $4, next_at = now() + make_interval(secs => $5) where workspace_id = $1 and alert_entry_id = $2 and channel = $3',
          [workspaceId, entryId, channel, attempts, FIRST_PAUSE_SECONDS * 2 ** (attempts - 1)],
        )
    }
  }

  async #record(
    workspaceId: string,
    input: { entryId: string; channel: AlertChannel; attempts: number; problem: string | null },
  ): Promise<void> {
    try {
      await this.#parts.door.execute(recordDeliveryCommand, systemCaller(workspaceId), input)
    } catch (error) {
      if (!(error instanceof NothingToRaise)) throw error
    }
  }
}
