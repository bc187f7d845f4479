import { sql } from 'kysely'
import { z } from 'zod'
import type { CommandContext } from '../../command/define.ts'
import { addressesAmong, foldName, type Identity } from '../../kernel/names-in.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { unsealPart } from './open-part.ts'
import type { LockedPerson, PersonEntry } from './store.ts'

/** Entries that said what somebody is called or by what they are reached. */
const NAMING = [
  'customer.created',
  'customer.profile_changed',
  'customer.profile_updated',
  'customer.field_set',
  'privacy.rectified',
]

interface NamingPart {
  readonly event: string
  readonly entry_id: string
  readonly name: string
  readonly owner: string
  readonly sealed: Buffer
}

const Telegram = z.object({ id: z.union([z.number(), z.string()]).nullish(), username: z.string().nullish() })
const Corrected = z.object({ name: z.string().nullish(), nickname: z.string().nullish() })

/**
 * By what a customer is known, now and formerly: their row, and the parts that brought names and fields, while their key
 * still opens these. A name that a colleague bears as well is left out: colleagues write it of each other.
 */
export async function identityOf(
  context: CommandContext,
  keys: SubjectKeys,
  customerId: string,
  person: LockedPerson,
  entries: readonly PersonEntry[],
): Promise<Identity> {
  const { tx, workspaceId } = context
  const found = new Gathered(person)
  const owner = `customer:${customerId}`
  const key = (await keys.forOpening(tx, workspaceId, [owner])).get(owner)
  if (key?.state === 'alive')
    for (const part of await namingParts(context, owner, entries)) {
      const text = unsealPart(workspaceId, part, key.key)
      if (text !== null) found.learn(part, text)
    }
  const colleagues = await tx
    .selectFrom('agent')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .execute()
  return found.identity(new Set(colleagues.map(({ name }) => foldName(name))))
}

class Gathered {
  readonly #names = new Set<string>()
  readonly #ids = new Set<string>()
  readonly #usernames = new Set<string>()
  readonly #values = new Set<string>()

  constructor({ name, nickname, username, telegramId }: LockedPerson) {
    this.#add(this.#names, name, nickname)
    this.#add(this.#usernames, username)
    this.#add(this.#ids, telegramId)
  }

  learn({ event, name }: NamingPart, text: string): void {
    if (name === 'telegram') {
      const { id, username } = parsed(Telegram, text)
      this.#add(this.#ids, id)
      this.#add(this.#usernames, username)
    } else if (event === 'privacy.rectified') {
      const { name: called, nickname } = parsed(Corrected, text)
      this.#add(this.#names, called, nickname)
    } else if (event === 'customer.field_set') this.#add(this.#values, text)
    else if (/^n(ick)?name/.test(name)) this.#add(this.#names, text)
  }

  #add(to: Set<string>, ...given: (string | number | null | undefined)[]): void {
    for (const each of given) if (String(each ?? '').trim() !== '') to.add(String(each).trim())
  }

  identity(others: ReadonlySet<string>): Identity {
    return {
      names: [...this.#names].filter(name => !others.has(foldName(name))),
      telegramIds: [...this.#ids],
      usernames: [...this.#usernames],
      ...addressesAmong([...this.#values]),
    }
  }
}

/** What is not of this shape tells nothing. */
function parsed<T extends z.ZodType>(schema: T, text: string): Partial<z.output<T>> {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

async function namingParts(
  { tx, workspaceId }: CommandContext,
  owner: string,
  entries: readonly PersonEntry[],
): Promise<NamingPart[]> {
  const among = (table: 'log_entry' | 'log_pending') =>
    sql`select l.entry_id, l.at, l.event from g join ${sql.table(table)} l
      on l.workspace_id = ${workspaceId} and l.entry_id = g.id and l.at = g.at where l.event = any(${NAMING}::text[])`
  const { rows } = await sql<NamingPart>`
    with g as (select * from unnest(${entries.map(entry => entry.entry_id)}::uuid[],
        ${entries.map(entry => entry.at)}::timestamptz[]) as t (id, at)),
      e as (${among('log_entry')} union all ${among('log_pending')})
    select e.event, p.entry_id, p.name, p.owner, p.sealed from e
      join log_part p on p.workspace_id = ${workspaceId} and p.entry_id = e.entry_id and p.at = e.at and p.owner = ${owner}`.execute(
    tx,
  )
  return rows
}
