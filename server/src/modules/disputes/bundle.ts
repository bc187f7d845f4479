import { bundleDispute, disputeBundled, evidenceBundled } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { caseEntryScopeSql, type Scope, scopeOf } from '../team/index.ts'
import { belongsSql, inTimesSql, type Matter, matterOf } from './matter.ts'
import { mentionsSql } from './mentions.ts'
import { recordInFile } from './record.ts'
import { lockAnyDispute, readDispute, run } from './store.ts'

/** A bundle on its way: what its entries will say, and how the file takes its place. */
export interface MadeBundle {
  readonly id: string
  readonly facts: {
    readonly fromPosition: number
    readonly toPosition: number
    readonly entries: number
    readonly closed: number
    readonly sha256: string
    readonly bytes: number
  }
  /** Moves the file to where it may be downloaded from; may be called again. */
  readonly settle: () => Promise<void>
}

/** Writes a bundle over a range in which only some positions are open; the evidence module provides it. */
export type MakeBundle = (
  range: {
    from: number
    to: number
    open: { disputeId: string; positions: ReadonlySet<number> }
  },
  language: 'en' | 'zh' | 'ru',
  viewer: Caller,
) => Promise<MadeBundle>

/** As many entries as one file opens; whoever has more asks for the range itself. */
const OPEN_MAX = 100_000

/**
 * `dispute.bundle`: the range from the first entry of the case to the last, in which what the maker sees of the case is
 * open and everything else closed. Throws `dispute.nothing_to_prove`, `evidence.too_large`.
 */
export function createBundleDispute(db: ReadDb, makeBundle: MakeBundle): Command {
  return defineCommandHandler(bundleDispute, {
    prepare: async ({ disputeId, language }, caller) => {
      const scope = await scopeOf(db, caller)
      const dispute = await readDispute(db, caller.workspaceId, scope, disputeId)
      const matter = await matterOf(db, caller.workspaceId, dispute)
      const open = await positionsOf(db, scope, matter, disputeId)
      const [from, to] = [open[0], open.at(-1)]
      if (from === undefined || to === undefined)
        throw new ConsoleError('dispute.nothing_to_prove', { disputeId })
      if (open.length > OPEN_MAX)
        throw new ConsoleError('evidence.too_large', { entries: open.length, atMost: OPEN_MAX })
      return makeBundle({ from, to, open: { disputeId, positions: new Set(open) } }, language, caller)
    },
    handle: async (context, { disputeId }, { id, facts, settle }: MadeBundle) => {
      const dispute = await lockAnyDispute(context, disputeId)
      context.record(evidenceBundled, facts, { subject: { id }, entryId: id })
      const { bytes, ...bundled } = facts
      await recordInFile(context, dispute, disputeBundled, { bundleId: id, ...bundled })
      // Before the commit: a crash here leaves a file that no entry speaks of, never an entry without its file.
      await settle()
      return { bundle: { id, sha256: facts.sha256, bytes } }
    },
  }) as unknown as Command
}

/** A range longer than this is no file for a browser; then the case file stays outside, and the matter speaks for itself. */
const SPAN_MAX = 900_000

/** Positions of what a scope sees of a case: the matter, who looked at it, and the case file itself. */
async function positionsOf(db: ReadDb, scope: Scope, matter: Matter, disputeId: string): Promise<number[]> {
  const mentioned = mentionsSql(matter)
  const belongs = mentioned ? sql`(${belongsSql(matter)} or ${mentioned})` : belongsSql(matter)
  const ofMatter = await readPositions(
    db,
    sql`select e.position from log_entry e where e.workspace_id = ${matter.workspaceId}
      and ${belongs} and ${inTimesSql(matter)} and ${caseEntryScopeSql(scope, matter.conversationIds)} order by 1 limit ${OPEN_MAX + 1}`,
  )
  const ofFile = await readPositions(
    db,
    sql`select e.position from log_entry e join dispute_item i on i.workspace_id = e.workspace_id
        and i.entry_id = e.entry_id and e.at >= i.at and e.at < i.at + interval '1 millisecond'
      where i.workspace_id = ${matter.workspaceId} and i.dispute_id = ${disputeId} order by 1`,
  )
  const all = [...new Set([...ofMatter, ...ofFile])].sort((a, b) => a - b)
  const span = (all.at(-1) ?? 0) - (all[0] ?? 0)
  return span > SPAN_MAX && ofMatter.length > 0 ? ofMatter : all
}

const readPositions = async (db: ReadDb, query: RawBuilder<unknown>): Promise<number[]> =>
  (await run<{ position: number }>(db, query as RawBuilder<{ position: number }>)).map(row => row.position)
