import { type AnchorFailure, listAnchors } from '@tracedesk/contracts'
import { keyRanges } from '@tracedesk/proof/node'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { readSetting } from '../team/index.ts'
import { type AnchorState, newestCheckpoint, oldestUnanchored, readStates } from './store.ts'
import { type AnchorPort, configuredAnchors } from './targets.ts'

/** `ledger.anchors`: what the proof screen shows of the world outside. */
export const createAnchorQueries = (port: Omit<AnchorPort, 'db'>): Query[] => [
  defineQueryHandler(listAnchors, async ({ db, caller }) => {
    const { workspaceId } = caller
    const head = await newestCheckpoint(db, workspaceId)
    const minutes = Number(await readSetting(db, workspaceId, 'anchor.interval_minutes'))
    const states = await readStates(db, workspaceId)
    const targets = await configuredAnchors({ ...port, db }, workspaceId)
    const view = { db, workspaceId, minutes, epoch: head?.epoch ?? 0, size: head?.size ?? 0 }
    return {
      intervalMinutes: minutes,
      signedSize: view.size,
      items: await Promise.all(
        targets.map(async ({ kind, name }) => {
          const state = states.find(known => known.kind === kind && known.name === name)
          return { kind, name, ...(await describe(state, view)) }
        }),
      ),
      keys: await readKeys(db, workspaceId, view.epoch),
    }
  }) as unknown as Query,
]

async function describe(
  state: AnchorState | undefined,
  view: { db: ReadDb; workspaceId: string; minutes: number; epoch: number; size: number },
): Promise<{
  size: number | null
  anchoredAt: string | null
  ageSeconds: number | null
  overdue: boolean
  failure: { code: AnchorFailure; since: string } | null
}> {
  const { db, workspaceId, minutes, epoch, size } = view
  const covered = state?.epoch === epoch ? (state.size ?? 0) : 0
  const waiting = await oldestUnanchored(db, workspaceId, covered, size)
  const anchoredAt = state?.anchoredAt ?? null
  return {
    size: state?.size ?? null,
    anchoredAt,
    ageSeconds:
      anchoredAt === null ? null : Math.max(0, Math.floor((Date.now() - Date.parse(anchoredAt)) / 1000)),
    overdue: (waiting?.seconds ?? 0) > 2 * minutes * 60,
    failure: state?.failure && state.failingSince ? { code: state.failure, since: state.failingSince } : null,
  }
}

/** The keys of an epoch with the sizes each is good for. */
export async function readKeys(db: ReadDb, workspaceId: string, epoch: number) {
  const rows = await db
    .selectFrom('log_signer')
    .select(['vkey', 'from_size'])
    .where('workspace_id', '=', workspaceId)
    .where('epoch', '=', epoch)
    .execute()
  return keyRanges(rows.map(row => ({ vkey: row.vkey, fromSize: row.from_size })))
}
