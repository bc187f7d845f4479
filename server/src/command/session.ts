import { CATALOGUE, type CommandContract, type EventDefinition } from '@tracedesk/contracts'
import type { Tx } from '../db/database.ts'
import type { ConsoleError } from '../kernel/console-error.ts'
import { newId } from '../kernel/id.ts'
import { addMicros } from '../kernel/instant.ts'
import type { EntryDraft } from '../ledger/draft.ts'
import type { Caller } from './caller.ts'
import type { CommandContext, RecordOptions } from './define.ts'
import { RecordedRefusal } from './recorded-refusal.ts'

/** What a handler works with: the transaction, and the entries it is to leave. */
export class CommandSession implements CommandContext {
  readonly drafts: EntryDraft[] = []
  readonly chains = new Map<string, number>()
  readonly afterwards: (() => void)[] = []
  refusal: ConsoleError | null = null
  readonly tx: Tx
  readonly caller: Caller
  readonly contract: CommandContract
  readonly now: string
  workspaceId: string
  readonly #causedBy: string | null
  readonly #trusting: boolean

  /** `trusting`: a counter that was merely seen may be relied on; whoever lost by that comes again and locks. */
  constructor(
    tx: Tx,
    caller: Caller,
    contract: CommandContract,
    workspaceId: string,
    now: string,
    causedBy: string | null,
    trusting: boolean,
  ) {
    this.tx = tx
    this.caller = caller
    this.contract = contract
    this.workspaceId = workspaceId
    this.now = now
    this.#causedBy = causedBy
    this.#trusting = trusting
  }

  record(event: EventDefinition, data: unknown, options: RecordOptions): string {
    if (!this.contract.records.includes(event))
      throw new Error(`${this.contract.name} does not declare that it records ${event.name}`)
    return this.#add(event, event.data.parse(data) as Record<string, unknown>, options)
  }

  #add(event: EventDefinition, data: Record<string, unknown>, options: RecordOptions): string {
    if (CATALOGUE.get(event.name) !== event) throw new Error(`${event.name} is not in the catalogue`)
    const { conversation } = options
    const { actor, onBehalfOf } = this.#actorOf(options)
    const id = options.entryId ?? newId()
    const parts: Record<string, Uint8Array> = {}
    for (const [name, value] of Object.entries(options.parts ?? {}))
      if (value !== undefined) parts[name] = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    this.drafts.push({
      id,
      event,
      outcome: event.outcome,
      // entries of one transaction keep their order in lists that sort by time
      at: this.drafts.length === 0 ? this.now : addMicros(this.now, this.drafts.length),
      actor,
      onBehalfOf: onBehalfOf?.id ?? null,
      causedBy: options.causedBy ?? this.#causedBy,
      subject: { kind: event.subject, ...options.subject },
      conversationId: conversation?.id ?? null,
      customerId: conversation?.customerId ?? options.customerId ?? null,
      botId: conversation?.botId ?? options.botId ?? null,
      agents: [
        ...(onBehalfOf?.id ? [onBehalfOf.id] : []),
        ...(conversation?.assigneeId ? [conversation.assigneeId] : []),
        ...(options.agents ?? []),
      ],
      departments: [
        ...(onBehalfOf?.departments ?? []),
        ...(conversation?.departments ?? []),
        ...(options.departments ?? []),
      ],
      data,
      parts,
      reasonCode: options.reasonCode ?? null,
      via: this.caller.via,
    })
    return id
  }

  /** Whoever acts in another's name is the actor; the other stands beside them, and finds it in their own log. */
  #actorOf({ actor = this.caller.actor }: RecordOptions) {
    const { impersonator } = this.caller
    return impersonator && actor.id === this.caller.actor.id
      ? { actor: impersonator, onBehalfOf: actor }
      : { actor, onBehalfOf: null }
  }

  /** What was asked for and not done: about the thing the input named, with the conversation where there is one. */
  async recordRefusal(
    event: EventDefinition,
    data: Record<string, unknown>,
    subject: { kind: string; id: string } | null,
  ): Promise<void> {
    const id = this.#add(event, data, {
      // whatever the caller named it, even nothing at all
      subject: { id: subject?.id.slice(0, 100).toWellFormed() || this.contract.name },
    })
    const draft = this.drafts.at(-1)
    if (!draft || draft.id !== id || !subject) return
    const conversation =
      subject.kind === 'conversation' ? await findConversation(this.tx, this.workspaceId, subject.id) : null
    this.drafts[this.drafts.length - 1] = {
      ...draft,
      subject: { ...draft.subject, kind: subject.kind },
      ...(conversation
        ? {
            conversationId: subject.id,
            customerId: conversation.customer_id,
            botId: conversation.bot_id,
            agents: conversation.assignee_id ? [conversation.assignee_id] : [],
            departments: conversation.department_id ? [conversation.department_id] : [],
          }
        : {}),
    }
  }

  holdsChain(conversationId: string, count: number): void {
    this.chains.set(conversationId, count)
  }

  expectsChain(conversationId: string, count: number): void {
    if (this.#trusting && !this.chains.has(conversationId)) this.chains.set(conversationId, count)
  }

  afterCommit(action: () => void): void {
    this.afterwards.push(action)
  }

  refuseAfterCommit(error: ConsoleError): void {
    this.refusal = new RecordedRefusal(error.code, error.details)
  }

  enterWorkspace(workspaceId: string): void {
    this.workspaceId = workspaceId
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

async function findConversation(tx: Tx, workspaceId: string, id: string) {
  if (!UUID.test(id)) return null
  const row = await tx
    .selectFrom('conversation')
    .select(['customer_id', 'bot_id', 'assignee_id', 'department_id'])
    .where('workspace_id', '=', workspaceId)
    .where('conversation_id', '=', id)
    .executeTakeFirst()
  return row ?? null
}
