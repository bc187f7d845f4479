import type { Entry } from '@tracedesk/contracts'
import { StoryPart } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { Caller } from '../../../command/caller.ts'
import type { ReadDb } from '../../../db/database.ts'
import { scopeOf } from '../../team/index.ts'
import { matterOf } from '../matter.ts'
import { type DisputeReads, readCase, readCheck, type ShownCheck } from '../queries.ts'
import { run } from '../store.ts'
import { readStory } from '../story.ts'

/** So many entries of a story are put on paper; whoever needs more has the bundle. */
export const STORY_MAX = 2_000
const PAGE = 200

type FoundCase = Awaited<ReturnType<typeof readCase>>

/** Everything a report tells, as its reader may see it. */
export interface CollectedCase extends Pick<FoundCase, 'dispute' | 'file' | 'laid'> {
  readonly workspace: { readonly id: string; readonly name: string }
  readonly checks: readonly { readonly entry: Entry; readonly shown: ShownCheck }[]
  readonly story: readonly Entry[]
  /** The story has more than `STORY_MAX` entries. */
  readonly isCut: boolean
  /** The newest signed head, with the tree it stands in; null: nothing has been signed yet. */
  readonly checkpoint: { readonly size: number; readonly note: string; readonly vkey: string } | null
  readonly treeSize: number
}

/** Reads a case for its report. Throws `dispute.not_found`. */
export async function collectCase(
  reads: DisputeReads,
  db: ReadDb,
  caller: Caller,
  id: string,
): Promise<CollectedCase> {
  const { workspaceId } = caller
  const scope = await scopeOf(db, caller)
  const { row, dispute, file, laid } = await readCase(reads, db, caller, scope, id)
  const matter = await matterOf(db, workspaceId, row)
  const checks = []
  for (const entry of file.filter(({ event }) => event === 'dispute.claim_checked'))
    checks.push({ entry, shown: await readCheck(reads, db, caller, scope, matter, entry.data) })
  const story: Entry[] = []
  let after: { at: string; id: string } | null = null
  let isWhole = false
  while (!isWhole && story.length < STORY_MAX) {
    const page = await readStory(db, scope, matter, {
      parts: StoryPart.options,
      from: null,
      to: null,
      after,
      limit: PAGE,
    })
    const rows: typeof page.rows = page.rows.slice(0, PAGE)
    story.push(...(await reads.present(db, caller, rows)))
    const last = rows.at(-1)
    if (last) after = { at: last.at, id: last.id }
    isWhole = page.rows.length <= PAGE
  }
  return { dispute, file, laid, checks, story, isCut: !isWhole, ...(await readLedger(db, workspaceId)) }
}

async function readLedger(db: ReadDb, workspaceId: string) {
  const [found] = await run<{
    name: string
    treeSize: number
    size: number | null
    note: Buffer
    vkey: string
  }>(
    db,
    sql`select w.name, h.size as "treeSize", k.size, k.note, k.vkey
      from workspace w join log_head h on h.workspace_id = w.workspace_id
      left join lateral (select size, note, vkey from log_checkpoint c
        where c.workspace_id = h.workspace_id and c.epoch = h.epoch order by size desc limit 1) k on true
      where w.workspace_id = ${workspaceId}`,
  )
  if (!found) throw new Error('a workspace without a ledger')
  const { name, treeSize, size, note, vkey } = found
  return {
    workspace: { id: workspaceId, name },
    treeSize,
    checkpoint: size === null ? null : { size, note: note.toString('utf8'), vkey },
  }
}
