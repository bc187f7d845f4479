import {
  type ConsentPurpose,
  ConversationId,
  consentGiven,
  consentWithdrawn,
  defineCommand,
  messageSent,
  privacyRequestOpened,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import { personSql, requireConversation, sendAutomatic, type WakeOutbox } from '../conversations/index.ts'
import { readSetting } from '../team/index.ts'
import { describePrivacy, sayConsent, sayOpened } from './answer-words.ts'
import { changeConsent } from './consent.ts'
import type { Question } from './read-question.ts'
import { openRequestWithin } from './requests.ts'

/** Another node was faster, or the customer is no longer there; nothing is recorded then. */
export class NothingToAnswer extends RecordedRefusal {
  constructor(conversationId: string) {
    super('conversation.unchanged', { conversationId }, { message: 'there is nothing to answer here' })
  }
}

/** What a customer asked a bot about their data is done and answered, by the rule of that name. */
export const createAnswerPrivacy = (wake: WakeOutbox) =>
  defineCommandHandler(
    defineCommand({
      name: 'privacy.answer',
      access: 'internal',
      summary: 'Answer what a customer asks a bot about their data',
      input: z.strictObject({
        conversationId: ConversationId,
        /** Where their message stands in the log: the cursor moves past it with the answer. */
        position: z.int(),
        question: z.custom<Question>(),
      }),
      output: z.strictObject({}),
      records: [messageSent, privacyRequestOpened, consentGiven, consentWithdrawn],
      subject: { kind: 'conversation', field: 'conversationId' },
    }),
    {
      handle: async (context, { conversationId, position, question }) => {
        const { ref } = await requireConversation(context, conversationId)
        if (!(await moveCursor(context, position + 1))) throw new NothingToAnswer(conversationId)
        const customer = await findCustomer(context, ref.customerId)
        if (!customer) throw new NothingToAnswer(conversationId)
        const actor = {
          kind: 'customer',
          id: ref.customerId,
          role: null,
          departments: [],
          named: customer.named_by,
        } as const
        const text = await deal(context, question, {
          customerId: ref.customerId,
          actor,
          ref,
          language: customer.language,
        })
        const botId = await sendAutomatic(context, conversationId, text)
        if (botId === null) throw new NothingToAnswer(conversationId)
        context.afterCommit(() => wake(context.workspaceId, botId))
        return {}
      },
    },
  )

/** False when the log was read further already. */
async function moveCursor({ tx, workspaceId }: CommandContext, to: number): Promise<boolean> {
  const moved = await sql`update privacy_cursor set position = ${to}
    where workspace_id = ${workspaceId} and position < ${to}`.execute(tx)
  return Number(moved.numAffectedRows ?? 0) > 0
}

const findCustomer = ({ tx, workspaceId }: CommandContext, customerId: string) =>
  tx
    .selectFrom('customer')
    .select(['language', 'named_by'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .where('erased_at', 'is', null)
    .executeTakeFirst()

interface Asker {
  readonly customerId: string
  readonly actor: RecordedActor
  readonly ref: Awaited<ReturnType<typeof requireConversation>>['ref']
  readonly language: string | null
}

/** Does what was asked; returns what to answer. */
async function deal(context: CommandContext, question: Question, asker: Asker): Promise<string> {
  const { customerId, actor, ref, language } = asker
  if (question.ask === 'consent') {
    const { purpose, state } = question
    await changeConsent(context, {
      customerId,
      purpose,
      state,
      channel: 'telegram',
      actor,
      conversation: ref,
    })
    return sayConsent(language, state, purpose)
  }
  if (question.ask === 'request') {
    const { kind } = question
    const known = await findOpenRequest(context, customerId, kind)
    const dueAt =
      known ?? (await openRequestWithin(context, { customerId, kind, channel: 'telegram', actor })).dueAt
    return sayOpened(language, kind, dueAt)
  }
  const notice = String(await readSetting(context.tx, context.workspaceId, 'privacy.notice'))
  const given = await context.tx
    .selectFrom('consent')
    .select('purpose')
    .where('workspace_id', '=', context.workspaceId)
    .where(sql<boolean>`customer_id in ${personSql(context.workspaceId, customerId)}`)
    .where('state', '=', 'given')
    .distinct()
    .orderBy('purpose')
    .execute()
  // only `changeConsent` writes here, and takes no other purposes
  return describePrivacy(
    language,
    notice,
    given.map(row => row.purpose as ConsentPurpose),
  )
}

/** When the same was asked before, from any account of theirs, and is still open: asking twice is one request. */
async function findOpenRequest({ tx, workspaceId }: CommandContext, customerId: string, kind: string) {
  const row = await tx
    .selectFrom('privacy_request')
    .select('due_at')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`customer_id in ${personSql(workspaceId, customerId)}`)
    .where('kind', '=', kind)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row?.due_at ?? null
}
