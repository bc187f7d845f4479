import { disputeOpened, openDispute } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import { placeHoldWithin } from '../holds/index.ts'
import { conversationScopeSql, entryScopeSql, type Scope, scopeOf } from '../team/index.ts'
import { wordsOf } from './record.ts'
import { addItem, agentOf, run } from './store.ts'

interface About {
  readonly customerId: string | null
  readonly conversationId: string | null
  readonly from: string | null
  readonly to: string | null
}

/** `dispute.open`. Throws `conversation.not_found` and `customer.not_found` also for what the caller may not see. */
export const openDisputeCommand = defineCommandHandler(openDispute, {
  handle: async (context, input) => {
    const { tx, workspaceId, caller, now } = context
    const scope = await scopeOf(tx as unknown as ReadDb, caller) // it only reads
    const about = await findAbout(context, scope, input)
    const kind = about.conversationId ? 'conversation' : about.customerId ? 'customer' : 'range'
    const [id, entryId] = [newId(), newId()]
    const holdId = await placeHoldWithin(context, {
      ...(about.conversationId
        ? { conversationId: about.conversationId }
        : about.customerId
          ? { customerId: about.customerId }
          : { from: input.from, to: input.to }),
      cause: 'dispute', // the case says why; its own words stay under its own keys
    })
    const departmentIds = await departmentsOf(context, scope, about)
    await tx
      .insertInto('dispute')
      .values({
        workspace_id: workspaceId,
        dispute_id: id,
        kind,
        customer_id: about.customerId,
        conversation_id: about.conversationId,
        from_at: about.from,
        to_at: about.to,
        state: 'open',
        department_ids: departmentIds,
        hold_id: holdId,
        entry_id: entryId,
        opened_at: now,
        opened_by: agentOf(caller.actor),
      })
      .execute()
    context.record(
      disputeOpened,
      {
        kind,
        customerId: about.customerId as never, // branded ids
        conversationId: about.conversationId as never,
        fromAt: about.from,
        toAt: about.to,
        holdId: holdId as never,
      },
      {
        subject: { id },
        entryId,
        departments: departmentIds,
        ...(about.customerId ? { customerId: about.customerId } : {}),
        parts: await wordsOf(context, about, input),
      },
    )
    await addItem(tx, {
      workspaceId,
      disputeId: id,
      entryId,
      event: disputeOpened.name,
      aboutEntryId: null,
      at: now,
    })
    return { dispute: { id } } as never // branded id
  },
})

type Input = Parameters<typeof openDisputeCommand.handle>[1]

async function findAbout(context: CommandContext, scope: Scope, input: Input): Promise<About> {
  const span = {
    from: input.from ? instantFromRfc3339(input.from) : null,
    to: input.to ? instantFromRfc3339(input.to) : null,
  }
  if (input.conversationId)
    return { ...span, ...(await findConversation(context, scope, input.conversationId)) }
  if (input.customerId) return { ...span, ...(await findCustomer(context, scope, input.customerId)) }
  return { ...span, customerId: null, conversationId: null }
}

/** Some entry of it is in sight, or it lies on the caller's desk. */
async function findConversation({ tx, workspaceId }: CommandContext, scope: Scope, id: string) {
  const [found] = await run<{ customer_id: string }>(
    tx,
    sql`select c.customer_id from conversation c where c.workspace_id = ${workspaceId} and c.conversation_id = ${id}
      and (${conversationScopeSql(scope)} or exists (select from log_entry e
        where e.workspace_id = ${workspaceId} and e.conversation_id = ${id} and ${entryScopeSql(scope)}))`,
  )
  if (!found) throw new ConsoleError('conversation.not_found', { conversationId: id })
  return { conversationId: id, customerId: found.customer_id }
}

async function findCustomer({ tx, workspaceId }: CommandContext, scope: Scope, id: string) {
  const [found] = await run(
    tx,
    sql`select from customer cu where cu.workspace_id = ${workspaceId} and cu.customer_id = ${id}
      and (${scope.kind === 'all'} or exists (select from conversation c where c.workspace_id = cu.workspace_id
        and c.customer_id = cu.customer_id and (${conversationScopeSql(scope)} or exists (select from log_entry e
          where e.workspace_id = c.workspace_id and e.conversation_id = c.conversation_id and ${entryScopeSql(scope)}))))`,
  )
  if (!found) throw new ConsoleError('customer.not_found', { customerId: id })
  return { conversationId: null, customerId: id }
}

/** The departments a case concerns: where its conversations lie and whoever holds them belongs; a span: those led. */
async function departmentsOf(
  { tx, workspaceId, caller }: CommandContext,
  scope: Scope,
  about: About,
): Promise<string[]> {
  if (!about.customerId) return ledNow(scope, caller)
  const one = about.conversationId ? sql`c.conversation_id = ${about.conversationId}` : sql`true`
  const rows = await run<{ id: string }>(
    tx,
    sql`select distinct d.id from conversation c
      left join department_member m on m.workspace_id = c.workspace_id and m.agent_id = c.assignee_id
      cross join lateral (values (c.department_id), (m.department_id)) as d (id)
      where c.workspace_id = ${workspaceId} and c.customer_id = ${about.customerId} and ${one} and d.id is not null`,
  )
  return [...new Set([...rows.map(({ id }) => id)])]
}

const ledNow = (scope: Scope, { actor }: Caller): string[] =>
  scope.kind === 'departments'
    ? scope.periods.filter(({ to }) => to === null).map(({ departmentId }) => departmentId)
    : scope.kind === 'own'
      ? [...actor.departments]
      : []
