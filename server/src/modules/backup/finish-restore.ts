import pg from 'pg'
import { type Caller, operatorCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { ConnectionTarget } from '../../db/roles.ts'
import { newId } from '../../kernel/id.ts'
import type { ErasureList } from '../../ledger/erasures.ts'
import type { HeadSigner } from '../../ledger/head-signer.ts'
import { type StartedEpoch, startEpoch } from '../../ledger/start-epoch.ts'
import { readHead } from '../../ledger/tree-store.ts'
import { performRestore } from './commands.ts'
import { markRestored, type ReplayedErasure } from './mark-restored.ts'

export interface RestorePort {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly signer: HeadSigner
  readonly nodeId: string
  readonly erasures: ErasureList
  /** Erases what modules keep of somebody beside their parts (columns, files); told of everybody erased again. */
  readonly eraseBeside: (caller: Caller, erased: ReplayedErasure) => Promise<void>
}

export interface FinishedRestore extends StartedEpoch {
  readonly workspaceId: string
  readonly erasures: number
  readonly sessionsEnded: number
  readonly unsent: number
}

/**
 * Finishes every restore that was begun: announces the new epoch, records what was done, and lets servers in. Killed
 * at any point it can be run again. `notes` are signed heads kept elsewhere.
 */
export async function finishRestores(
  port: RestorePort,
  notes: readonly string[],
): Promise<FinishedRestore[]> {
  const finished: FinishedRestore[] = []
  const open = await port.databases.read
    .selectFrom('restore_run')
    .selectAll()
    .where('finished_at', 'is', null)
    .orderBy('begun_at')
    .execute()
  for (const run of open) {
    const { workspace_id: workspaceId } = run
    const caller = operatorCaller(workspaceId)
    const erased = run.erased as unknown as ReplayedErasure[] // our own JSON, written by markRestored
    const started = await epochOf(port, workspaceId, run.epoch_before, { ...caller, notes })
    for (const erasure of erased) await port.eraseBeside(caller, erasure)
    const counts = { erasures: erased.length, sessionsEnded: run.sessions_ended, unsent: run.unsent }
    const { cause, manifest_sha256: manifestSha256, taken_at: takenAt } = run
    const facts = {
      cause: cause as 'backup' | 'elsewhere', // the table's own check
      manifestSha256,
      takenAt,
      epoch: started.epoch,
      size: started.size,
      lost: started.lost,
      ...counts,
    }
    await port.door.execute(performRestore, caller, { restoreId: run.restore_id, facts, erased })
    for (const { owner, entryId, at } of erased) port.erasures.append(workspaceId, { owner, entryId, at })
    finished.push({ workspaceId, ...started, ...counts })
  }
  return finished
}

/** The epoch of this restore: begun now, or by a run of this command that died after it. */
async function epochOf(
  port: RestorePort,
  workspaceId: string,
  before: number,
  by: Caller & { readonly notes: readonly string[] },
): Promise<StartedEpoch> {
  const head = await readHead(port.databases.read, workspaceId)
  if (!head || head.epoch === before) return startEpoch(port, workspaceId, by)
  const row = await port.databases.read
    .selectFrom('log_entry as e')
    .innerJoin('log_signer as s', join =>
      join.onRef('s.workspace_id', '=', 'e.workspace_id').onRef('s.from_size', '=', 'e.position'),
    )
    .select(['e.leaf', 'e.position'])
    .where('e.workspace_id', '=', workspaceId)
    .where('s.epoch', '=', head.epoch)
    .where('e.event', '=', 'ledger.epoch_started')
    .executeTakeFirstOrThrow()
  // Our own leaf, parsed strictly when it was written.
  const { data } = JSON.parse(row.leaf.toString('utf8')) as { data: { ended: { lost: number } } }
  return { epoch: head.epoch, origin: head.origin, size: row.position, lost: data.ended.lost }
}

/** The tables that markRestored changes and a commit check guards. */
const CHECKED = ['session', 'subject_key'] as const

/**
 * Says that this database was put back to an older state by other means than `restore`: makes it fit for the present
 * as a restore does, and keeps servers away until `finishRestores` is through.
 */
export async function declareRestored(
  target: ConnectionTarget,
  workspaceIds: readonly string[],
  erasures: ErasureList,
): Promise<void> {
  const client = new pg.Client(target)
  await client.connect()
  try {
    await client.query('begin; set local statement_timeout = 0')
    // Stands in for entries: what changes here is recorded by the restore's own, which follow.
    for (const table of CHECKED) await client.query(`alter table ${table} disable trigger user`)
    for (const workspaceId of workspaceIds)
      await markRestored(client, {
        workspaceId,
        restoreId: newId(),
        cause: 'elsewhere',
        manifestSha256: null,
        takenAt: null,
        erasures: erasures.list(workspaceId),
      })
    for (const table of CHECKED) await client.query(`alter table ${table} enable trigger user`)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** What keeps a server from serving: a restore that was not finished, or somebody erased who is there again. */
export async function findUnfinishedRestore(
  databases: Pick<Databases, 'read'>,
  erasures: ErasureList,
): Promise<'unfinished' | 'erasures' | null> {
  const open = await databases.read
    .selectFrom('restore_run')
    .select('restore_id')
    .where('finished_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (open) return 'unfinished'
  for (const workspaceId of erasures.workspaces()) {
    const owners = [...new Set(erasures.list(workspaceId).map(({ owner }) => owner))]
    for (let at = 0; at < owners.length; at += 1_000) {
      const alive = await databases.read
        .selectFrom('subject_key')
        .select('owner')
        .where('workspace_id', '=', workspaceId)
        .where('owner', 'in', owners.slice(at, at + 1_000))
        .where('wrapped', 'is not', null)
        .limit(1)
        .executeTakeFirst()
      if (alive) return 'erasures'
    }
  }
  return null
}
