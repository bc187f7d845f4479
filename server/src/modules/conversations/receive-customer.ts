import { customerCreated, customerProfileChanged } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import type { Sender } from './receive-update.ts'

/** A customer's row as the gateway needs it. `namedBy`: the entry that brought the name in force. */
export interface KnownCustomer {
  readonly id: string
  readonly name: string
  readonly username: string | null
  readonly language: string | null
  readonly namedBy: string
  /** The desk has blocked them. */
  readonly blocked: boolean
}

/** The customer as the actor of an entry. */
export const actorOf = (customer: { id: string; namedBy: string }): RecordedActor => ({
  kind: 'customer',
  id: customer.id,
  role: null,
  departments: [],
  named: customer.namedBy,
})

const partsOf = ({ telegramId, name, username }: Sender) => ({
  name,
  telegram: JSON.stringify({ id: telegramId, username }),
})

/** The customer with a Telegram id, if the workspace knows them. */
export async function findCustomer(
  { tx, workspaceId }: CommandContext,
  telegramId: number,
): Promise<KnownCustomer | null> {
  const row = await tx
    .selectFrom('customer')
    .select(['customer_id as id', 'name', 'username', 'language', 'named_by as namedBy', 'blocked_at'])
    .where('workspace_id', '=', workspaceId)
    .where('telegram_id', '=', telegramId)
    .executeTakeFirst()
  return row ? { ...row, blocked: row.blocked_at !== null } : null
}

/**
 * Brings the workspace's knowledge of whoever wrote up to date: a new customer is created, a changed name or username
 * recorded. Two nodes may meet a new customer at once; one creates them, the other finds them created.
 */
export async function meetCustomer(
  context: CommandContext,
  botId: string,
  sender: Sender,
  known: KnownCustomer | null,
): Promise<KnownCustomer> {
  if (known) return updateProfile(context, botId, sender, known)
  const created = { id: newId(), namedBy: newId() }
  const { tx, workspaceId, now } = context
  const inserted = await tx
    .insertInto('customer')
    .values({
      workspace_id: workspaceId,
      customer_id: created.id,
      telegram_id: sender.telegramId,
      name: sender.name,
      username: sender.username,
      language: sender.language,
      named_by: created.namedBy,
      created_at: now,
    })
    .onConflict(conflict =>
      conflict.columns(['workspace_id', 'telegram_id']).where('telegram_id', 'is not', null).doNothing(),
    )
    .returning('customer_id')
    .executeTakeFirst()
  if (!inserted) {
    const other = await findCustomer(context, sender.telegramId)
    if (!other) throw new Error('a customer was neither created nor found')
    return updateProfile(context, botId, sender, other)
  }
  context.record(
    customerCreated,
    { language: sender.language },
    {
      subject: { id: created.id, named: created.namedBy },
      customerId: created.id,
      botId,
      parts: partsOf(sender),
      actor: actorOf(created),
      entryId: created.namedBy,
    },
  )
  return {
    ...created,
    name: sender.name,
    username: sender.username,
    language: sender.language,
    blocked: false,
  }
}

async function updateProfile(
  context: CommandContext,
  botId: string,
  sender: Sender,
  known: KnownCustomer,
): Promise<KnownCustomer> {
  const fields = (['name', 'username', 'language'] as const).filter(field => known[field] !== sender[field])
  if (fields.length === 0) return known
  const { name, username, language } = sender
  const namedBy = newId()
  await context.tx
    .updateTable('customer')
    .set({ name, username, language, named_by: namedBy })
    .where('workspace_id', '=', context.workspaceId)
    .where('customer_id', '=', known.id)
    .execute()
  context.record(
    customerProfileChanged,
    { fields },
    {
      subject: { id: known.id, named: namedBy },
      customerId: known.id,
      botId,
      parts: partsOf(sender),
      actor: actorOf({ id: known.id, namedBy }),
      entryId: namedBy,
    },
  )
  return { ...known, name, username, language, namedBy }
}
