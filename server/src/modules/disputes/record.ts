import type { EventDefinition } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { CommandContext } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { addItem, type Dispute, participantsOf, run } from './store.ts'

/**
 * Words of a case under the right key: the customer's where it is about one, so that erasing them reaches what was
 * written about them; else, and once they are erased, the writer's.
 */
export async function wordsOf(
  { tx, workspaceId }: CommandContext,
  { customerId }: { readonly customerId: string | null },
  words: { title?: string | undefined; text?: string | undefined },
): Promise<{ title?: string; ownTitle?: string; text?: string; ownText?: string }> {
  const { title, text } = words
  const [known] = await run(
    tx,
    sql`select from customer where workspace_id = ${workspaceId} and customer_id = ${customerId} and erased_at is null`,
  )
  return known
    ? { ...(title === undefined ? {} : { title }), ...(text === undefined ? {} : { text }) }
    : {
        ...(title === undefined ? {} : { ownTitle: title }),
        ...(text === undefined ? {} : { ownText: text }),
      }
}

/** Whom an entry of a case concerns beside its actor: those who take part, and the departments it is about. */
export async function readersOf(context: CommandContext, dispute: Dispute) {
  const participants = await participantsOf(context.tx, context.workspaceId, dispute.id)
  return {
    agents: participants.map(({ id }) => id),
    departments: [...dispute.departmentIds],
    ...(dispute.customerId ? { customerId: dispute.customerId } : {}),
  }
}

/**
 * Records an event of a case and writes it into the case file. Returns the entry's id. `text`: words that go with it;
 * `aboutEntryId`: the entry of the log it speaks of; `agents`: whom it concerns beside those who take part.
 */
export async function recordInFile<D extends z.ZodType>(
  context: CommandContext,
  dispute: Dispute,
  event: EventDefinition<string, D>,
  data: z.input<D>,
  more: {
    text?: string | undefined
    aboutEntryId?: string
    agents?: readonly string[]
    entryId?: string
  } = {},
): Promise<string> {
  const readers = await readersOf(context, dispute)
  const entryId = more.entryId ?? newId()
  context.record(event, data, {
    subject: { id: dispute.id },
    ...readers,
    agents: [...readers.agents, ...(more.agents ?? [])],
    entryId,
    parts: await wordsOf(context, dispute, { text: more.text }),
  })
  await addItem(context.tx, {
    workspaceId: context.workspaceId,
    disputeId: dispute.id,
    entryId,
    event: event.name,
    aboutEntryId: more.aboutEntryId ?? null,
    at: context.now,
  })
  return entryId
}
