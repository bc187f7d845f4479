import { randomBytes } from 'node:crypto'
import { checkPart, decodeLeaf, fromBase64, type Leaf, ProofError, SALT_BYTES } from '@tracedesk/proof/node'
import type pg from 'pg'
import { bindTx } from '../db/database.ts'
import { unseal } from '../kernel/secret.ts'
import { partContext } from './draft.ts'
import type { SubjectKeys } from './subject-keys.ts'
import { copyRows } from './verify-copy.ts'
import type { Findings } from './verify-findings.ts'
import type { Purges } from './verify-purges.ts'
import type { RowChecker } from './verify-row.ts'

const SLICE = 5_000

/** `PartsCheck` as JSON. */
export interface SavedParts {
  readonly seed: string
  readonly months: readonly {
    readonly month: string
    readonly count: number
    readonly low: number
    readonly high: number
  }[]
}

/**
 * Are the parts that the leaves name there, and no others? Both sides are folded into one keyed sum a month, so that
 * memory stays flat and nothing is looked up one by one; only for a month whose sums differ are the parts searched.
 */
export class PartsCheck {
  readonly #months = new Map<string, { count: number; low: number; high: number }>()
  // A key of this run's own: nobody can prepare rows whose sum is the same.
  #seed = randomBytes(8)
  #a = this.#seed.readUInt32LE(0) | 1
  #b = this.#seed.readUInt32LE(4) | 1
  #month = { count: 0, low: 0, high: 0 }
  #monthName = ''

  /**
   * The parts named by the row `checker` has just looked at; `id` is where its 16-byte id stands in `bytes`. What was
   * destroyed on record is not expected to be there.
   */
  named(checker: RowChecker, bytes: Buffer, id: number, position: number | null, purges: Purges): void {
    const { parts, when } = checker.facts
    if (parts.count === 0) return
    const source = checker.factBytes
    const month = source.toString('latin1', when.at, when.at + 7)
    if (month !== this.#monthName) this.#enter(month)
    for (let i = 0; i < parts.count; i++) {
      const name = parts.names[i] as { at: number; length: number }
      const owner = parts.owners[i] as { at: number; length: number }
      if (
        position !== null &&
        purges.namesParts &&
        purges.has(position, source.toString('latin1', name.at, name.at + name.length))
      )
        continue
      this.#add(1, bytes, id, source, name.at, name.length, owner.at, owner.length)
    }
  }

  save(): SavedParts {
    const months = [...this.#months].map(([month, sums]) => ({ month, ...sums }))
    return { seed: this.#seed.toString('hex'), months }
  }

  /** Takes in what `save` gave, the run's own key included. */
  fill({ seed, months }: SavedParts): void {
    this.#seed = Buffer.from(seed, 'hex')
    this.#a = this.#seed.readUInt32LE(0) | 1
    this.#b = this.#seed.readUInt32LE(4) | 1
    for (const { month, ...sums } of months) this.#months.set(month, sums)
  }

  #enter(month: string): void {
    let sums = this.#months.get(month)
    if (!sums) {
      sums = { count: 0, low: 0, high: 0 }
      this.#months.set(month, sums)
    }
    this.#month = sums
    this.#monthName = month
  }

  #add(
    sign: 1 | -1,
    idBytes: Buffer,
    id: number,
    text: Buffer,
    name: number,
    nameLength: number,
    owner: number,
    ownerLength: number,
  ): void {
    let x = this.#a
    let y = this.#b
    const mix = (byte: number) => {
      x = Math.imul(x ^ byte, 0x01000193)
      y = Math.imul(y + byte, 0x85ebca6b) ^ (y >>> 15)
    }
    for (let i = 0; i < 16; i++) mix(idBytes[id + i] as number)
    for (let i = 0; i < nameLength; i++) mix(text[name + i] as number)
    mix(0)
    for (let i = 0; i < ownerLength; i++) mix(text[owner + i] as number)
    const sums = this.#month
    sums.count += sign
    sums.low = (sums.low + sign * (Math.imul(x ^ (x >>> 16), 0x85ebca6b) | 0)) | 0
    sums.high = (sums.high + sign * (Math.imul(y ^ (y >>> 13), 0xc2b2ae35) | 0)) | 0
  }

  /** Reads what is stored and reports what is missing or too much. Returns how many parts are stored. */
  async finish(
    client: pg.ClientBase,
    workspaceId: string,
    findings: Findings,
    purges: Purges,
  ): Promise<number> {
    let stored = 0
    for (const month of await monthsStored(client, workspaceId, [...this.#months.keys()])) {
      this.#enter(month)
      stored += await copyRows(
        client,
        `select entry_id, name, owner from log_part where workspace_id = '${workspaceId}' and ${within(month)}`,
        3,
        ({ bytes, at, length }) =>
          this.#add(
            -1,
            bytes,
            at[0] as number,
            bytes,
            at[1] as number,
            length[1] as number,
            at[2] as number,
            length[2] as number,
          ),
      )
      const { count, low, high } = this.#month
      if (count !== 0 || low !== 0 || high !== 0)
        await searchMonth(client, workspaceId, month, findings, purges)
    }
    return stored
  }
}

const within = (month: string, alias = '') =>
  `${alias}at >= '${month}-01T00:00:00Z' and ${alias}at < timestamptz '${month}-01T00:00:00Z' + interval '1 month'`

/** The months that have parts in the leaves or in the table. */
async function monthsStored(client: pg.ClientBase, workspaceId: string, named: string[]): Promise<string[]> {
  const { rows } = await client.query(
    "select substring(c.relname from 'log_part_(.*)') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'log_part'::regclass",
  )
  const months = new Set(named)
  for (const { month } of rows) {
    const name = String(month).replace('_', '-')
    if (!/^\d{4}-\d\d$/.test(name) || months.has(name)) continue
    const any = await client.query(
      `select from log_part where workspace_id = $1 and ${within(name)} limit 1`,
      [workspaceId],
    )
    if (any.rowCount) months.add(name)
  }
  return [...months].sort()
}

interface StoredParts {
  readonly position: string
  readonly entry_id: string
  readonly at: string
  readonly leaf: Buffer
  readonly stored: string[]
}

/** Names the parts of a month that are missing (and whose owner was not erased) or that no leaf knows. */
async function searchMonth(
  client: pg.ClientBase,
  workspaceId: string,
  month: string,
  findings: Findings,
  purges: Purges,
): Promise<void> {
  let after = { at: '-infinity', entry_id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const { rows } = await client.query<StoredParts>(
      `select e.position, e.entry_id, e.at::text as at, e.leaf,
         array(select p.name || ' ' || p.owner from log_part p where p.workspace_id = $1 and p.entry_id = e.entry_id and p.at = e.at) as stored
       from log_entry e where e.workspace_id = $1 and ${within(month, 'e.')} and (e.at, e.entry_id) > ($2, $3) order by e.at, e.entry_id limit ${SLICE}`,
      [workspaceId, after.at, after.entry_id],
    )
    for (const row of rows) await compareParts(client, workspaceId, row, findings, purges)
    const last = rows.at(-1)
    if (!last) break
    after = last
  }
  const orphans = await client.query<{ entry_id: string; name: string }>(
    `select p.entry_id, p.name from log_part p where p.workspace_id = $1 and ${within(month, 'p.')}
       and not exists (select from log_entry e where e.workspace_id = $1 and e.entry_id = p.entry_id and e.at = p.at)
       and not exists (select from log_pending e where e.workspace_id = $1 and e.entry_id = p.entry_id and e.at = p.at)`,
    [workspaceId],
  )
  for (const { entry_id, name } of orphans.rows)
    findings.add('part_surplus', `part ${name} belongs to no entry`, { entryId: entry_id })
}

async function compareParts(
  client: pg.ClientBase,
  workspaceId: string,
  row: StoredParts,
  findings: Findings,
  purges: Purges,
): Promise<void> {
  const where = { position: Number(row.position), entryId: row.entry_id }
  const leaf = tryDecode(row.leaf)
  if (!leaf) return // reported when it was read
  const named = Object.entries(leaf.parts).map(([name, part]) => `${name} ${part.owner}`)
  for (const part of named) {
    const destroyed = await purges.hadPart(where.position, part.split(' ')[0] ?? '')
    if (row.stored.includes(part)) {
      if (destroyed)
        findings.add('purge_undone', `the log says that part ${part.split(' ')[0]} was destroyed`, where)
      continue
    }
    if (destroyed) continue
    if (await isErased(client, workspaceId, part.slice(part.indexOf(' ') + 1))) continue
    findings.add('part_missing', `part ${part.split(' ')[0]} is not there`, where)
  }
  for (const part of row.stored)
    if (!named.includes(part))
      findings.add('part_surplus', `part ${part} is not one the leaf commits to`, where)
}

function tryDecode(bytes: Uint8Array): Leaf | null {
  try {
    return decodeLeaf(bytes)
  } catch (error) {
    if (error instanceof ProofError) return null
    throw error
  }
}

/** Areas whose events may say that somebody, or their content, was erased. */
const ERASING = '^(privacy|retention|restore)[.]'

/** Erased is who has no key any more and of whom an entry says so, by name of its owner. */
async function isErased(client: pg.ClientBase, workspaceId: string, owner: string): Promise<boolean> {
  const { rows } = await client.query<{ leaf: Buffer }>(
    `select e.leaf from subject_key k join (
       select workspace_id, entry_id, event, outcome, leaf from log_entry union all
       select workspace_id, entry_id, event, outcome, leaf from log_pending) e
       on e.workspace_id = k.workspace_id and e.entry_id = k.erased_by
     where k.workspace_id = $1 and k.owner = $2 and k.wrapped is null and e.outcome = 'done' and e.event ~ $3`,
    [workspaceId, owner, ERASING],
  )
  const id = owner.slice(owner.indexOf(':') + 1)
  return rows.some(({ leaf }) => leaf.includes(id))
}

interface SealedPart {
  readonly position: string
  readonly entry_id: string
  readonly leaf: Buffer
  readonly name: string
  readonly owner: string
  readonly sealed: Buffer
}

/** Opens every part of the leaves `from` to `to` and compares its content with the commitment. Returns how many. */
export async function openParts(
  client: pg.ClientBase,
  workspaceId: string,
  keys: SubjectKeys,
  range: { from: number; to: number },
  findings: Findings,
): Promise<number> {
  const { rows } = await client.query<SealedPart>(
    `select e.position, e.entry_id, e.leaf, p.name, p.owner, p.sealed from log_entry e
     join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at
     where e.workspace_id = $1 and e.position >= $2 and e.position < $3 order by e.position, p.name`,
    [workspaceId, range.from, range.to],
  )
  const known = await keys.forOpening(
    bindTx(client as pg.PoolClient),
    workspaceId,
    rows.map(row => row.owner),
  )
  for (const row of rows) {
    const key = known.get(row.owner)
    if (key?.state === 'erased') continue
    const problem = key ? openPart(workspaceId, row, key.key) : `its owner ${row.owner} has no key`
    if (problem)
      findings.add('part_mismatch', `part ${row.name}: ${problem}`, {
        position: Number(row.position),
        entryId: row.entry_id,
      })
  }
  return rows.length
}

/** What is wrong with one part; null when it opens and is what the leaf committed to. */
function openPart(workspaceId: string, row: SealedPart, key: Buffer): string | null {
  const commitment = tryDecode(row.leaf)?.parts[row.name]?.commitment
  if (!commitment) return null // a broken leaf or a surplus part: reported where it was found
  let plain: Buffer
  try {
    plain = unseal(key, row.sealed, partContext(workspaceId, row.entry_id, row.name))
  } catch {
    return 'it cannot be opened with its owner’s key' // GCM tells no more
  }
  const salt = plain.subarray(0, SALT_BYTES)
  return checkPart(fromBase64(commitment), salt, row.name, plain.subarray(SALT_BYTES))
    ? null
    : 'its content is not what the leaf committed to'
}
