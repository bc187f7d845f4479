import { CustomerId, defineCommand, privacyMentionsErased } from '@tracedesk/contracts'
import { digestOfList, PurgeList } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { newId } from '../../kernel/id.ts'
import { activeHolds, heldEntrySql } from '../holds/index.ts'
import type { DoomedWords, Eraser } from './erasers.ts'
import { lockSearch, moveSearch } from './mention-search.ts'
import { emptyRemarks } from './remarks.ts'

/** Another node did it, or there is nothing to do; nothing is recorded then. */
class SearchOver extends RecordedRefusal {
  constructor(searchId: string) {
    super('customer.erased', { searchId }, { message: `there is nothing to do for the search ${searchId}` })
  }
}

type MentionPart = DoomedWords['entries'][number] & { readonly name: string; readonly isHeld: boolean }

const Place = z.strictObject({ event: z.string(), at: z.string(), afterId: z.string() })

/**
 * Destroys parts that name somebody who was erased: ciphertext, salt and the words they are found by; commitments stay.
 * What a hold covers stays. `next`: where the search goes on; null when everything has been looked through.
 */
export const createEraseMentions = (erasers: () => readonly Eraser[]): Command =>
  defineCommandHandler(
    defineCommand({
      name: 'privacy.erase_mentions',
      access: 'internal',
      summary: 'Destroy what colleagues typed about somebody who was erased',
      input: z.strictObject({
        /** The entry of the erasure. */
        searchId: z.string(),
        customerId: CustomerId,
        found: z.array(z.strictObject({ entryId: z.string(), name: z.string() })),
        /** Remarks that name them, at the end. */
        remarks: z.array(z.strictObject({ customerId: CustomerId, md5: z.string() })),
        next: Place.nullable(),
      }),
      output: z.strictObject({}),
      records: [privacyMentionsErased],
      subject: { kind: 'customer', field: 'customerId' },
    }),
    {
      handle: async (context, { searchId, customerId, found, remarks, next }) => {
        const { tx, workspaceId } = context
        const search = await lockSearch(tx, workspaceId, searchId)
        if (!search) throw new SearchOver(searchId)
        // no hold can be placed until this is committed: judged now, it stands
        await sql`lock table hold in share mode`.execute(tx)
        await sql`select 1 from log_text_cursor where workspace_id = ${workspaceId} for update`.execute(tx)
        const parts = await readParts(context, found)
        const gone = parts.filter(({ isHeld }) => !isHeld)
        const held = parts.length - gone.length
        if (parts.length === 0 && next) throw new SearchOver(searchId)
        const holds = held + search.held > 0 ? (await activeHolds(tx, workspaceId)).map(({ id }) => id) : []
        await moveSearch(tx, workspaceId, searchId, { held: held + search.held, place: next, holds })
        const entryId = newId()
        const list = await destroy(context, entryId, gone)
        context.record(
          privacyMentionsErased,
          {
            parts: gone.length,
            held,
            holds: held > 0 ? holds.slice(0, 20) : [],
            partNames: [...new Set(gone.map(({ name }) => name))].sort(),
            ...list,
            remarks: await emptyRemarks(context, remarks),
            exports: await eraseCopies(context, erasers(), gone),
            last: next === null,
          },
          { subject: { id: customerId }, customerId, causedBy: searchId, entryId },
        )
        return {}
      },
    },
  ) as unknown as Command

/** Those of the parts that are still there. */
async function readParts(
  { tx, workspaceId }: CommandContext,
  found: readonly { entryId: string; name: string }[],
): Promise<MentionPart[]> {
  if (found.length === 0) return []
  const { rows } = await sql<MentionPart>`
    select e.entry_id as id, p.name, e.at, e.position, e.event, p.owner, e.conversation_id as "conversationId",
      e.customer_id as "customerId", ${heldEntrySql()} as "isHeld"
    from unnest(${found.map(part => part.entryId)}::uuid[], ${found.map(part => part.name)}::text[]) as f (id, name)
      join log_entry e on e.workspace_id = ${workspaceId} and e.entry_id = f.id
      join log_part p on p.workspace_id = ${workspaceId} and p.entry_id = e.entry_id and p.at = e.at and p.name = f.name`.execute(
    tx,
  )
  return rows.map(row => ({ ...row, position: Number(row.position) }))
}

/** Destroys them with the list that names each; returns what the entry says of the list. */
async function destroy(
  { tx, workspaceId }: CommandContext,
  entryId: string,
  parts: readonly MentionPart[],
): Promise<{ fromPosition: number | null; toPosition: number | null; listSha256: string | null }> {
  if (parts.length === 0) return { fromPosition: null, toPosition: null, listSha256: null }
  const lists = new Map<string, PurgeList>()
  for (const { name, position } of parts) {
    const list = lists.get(name) ?? new PurgeList(name)
    lists.set(name, list)
    list.addRange(position, position + 1)
  }
  const rows = [...lists.values()].flatMap(list => list.rows())
  const result = await sql<{ parts: number }>`select parts from purge_log_mentions(${workspaceId}, ${entryId},
    ${rows.map(row => row.part)}::text[], ${rows.map(row => row.chunk)}::bigint[], ${rows.map(row => row.positions)}::bytea[],
    ${parts.map(({ id }) => id)}::uuid[], ${parts.map(({ at }) => at)}::timestamptz[], ${parts.map(({ name }) => name)}::text[])`.execute(
    tx,
  )
  const count = Number(result.rows[0]?.parts ?? 0)
  // a defect, or somebody else's doing under our locks: nothing may be destroyed that is not on record
  if (count !== parts.length) throw new Error(`${parts.length} mentions were to go, ${count} did`)
  return {
    fromPosition: Math.min(...parts.map(({ position }) => position)),
    toPosition: Math.max(...parts.map(({ position }) => position)),
    listSha256: digestOfList(rows),
  }
}

/** What lies in the open of them: exports, packages, bundles. Returns how many files went. */
async function eraseCopies(
  { tx, workspaceId }: CommandContext,
  erasers: readonly Eraser[],
  entries: DoomedWords['entries'],
): Promise<number> {
  if (entries.length === 0) return 0
  let gone = 0
  for (const eraser of erasers) gone += (await eraser.eraseWords?.({ tx, workspaceId, entries })) ?? 0
  return gone
}
