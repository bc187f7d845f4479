import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import { heldOwners } from '../holds/index.ts'
import { type FindPort, holdsOf, type Seeker } from './find-mentions.ts'

const SLICE = 5_000
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** A remark beside another customer that names somebody who was erased, by its digest: it may be another by now. */
export interface NamingRemark {
  readonly customerId: string
  readonly md5: string
}

/** The remarks in force that name the person. */
export async function findRemarks(
  { databases }: FindPort,
  workspaceId: string,
  seeker: Seeker,
): Promise<NamingRemark[]> {
  const found: NamingRemark[] = []
  for (let after: string | undefined = NOBODY; after !== undefined; ) {
    const rows: { id: string; name: string; nickname: string | null; remark: string }[] = (
      await databases.readPool.query(
        `select customer_id as id, name, nickname, remark from customer
         where workspace_id = $1 and customer_id > $2 and remark is not null order by customer_id limit ${SLICE}`,
        [workspaceId, after],
      )
    ).rows
    for (const { id, remark, ...called } of rows)
      if (holdsOf(seeker, called)(remark, 'words'))
        found.push({ customerId: id, md5: createHash('md5').update(remark, 'utf8').digest('hex') })
    after = rows.length < SLICE ? undefined : rows.at(-1)?.id
  }
  return found
}

/** Empties them, but where a hold keeps the customer they are about. Returns how many; the parts of their entries go by themselves. */
export async function emptyRemarks(
  { tx, workspaceId }: CommandContext,
  remarks: readonly NamingRemark[],
): Promise<number> {
  if (remarks.length === 0) return 0
  const ownerOf = ({ customerId }: NamingRemark) => `customer:${customerId}`
  const held = await heldOwners(tx, workspaceId, remarks.map(ownerOf))
  const gone = remarks.filter(remark => !held.has(ownerOf(remark)))
  const emptied = await sql`update customer u set remark = null
    from unnest(${gone.map(({ customerId }) => customerId)}::uuid[], ${gone.map(({ md5 }) => md5)}::text[]) as g (id, digest)
    where u.workspace_id = ${workspaceId} and u.customer_id = g.id and md5(convert_to(u.remark, 'UTF8')) = g.digest`.execute(
    tx,
  )
  return Number(emptied.numAffectedRows ?? 0)
}
