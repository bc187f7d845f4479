import { conversationTransferred } from '@tracedesk/contracts'
import { newId } from '../../kernel/id.ts'
import type { EntryDraft, RecordedActor } from '../../ledger/draft.ts'
import { type ConversationState, putInto } from './directory.ts'
import { activityOf, type Fact, factOf } from './facts.ts'
import type { ImportLine } from './line.ts'
import { type BatchParts, Newcomers, VIA } from './newcomers.ts'
import { customerKeyOf, type ReadLine } from './recognise.ts'

/** Turns lines into entries and state, one after the other. Every line becomes exactly one entry. */
export class Translator {
  readonly #parts: BatchParts
  readonly #newcomers: Newcomers
  /** Conversations of this batch with the number of entries they had before it; null for new ones. */
  readonly #touched = new Map<ConversationState, number | null>()

  constructor(parts: BatchParts) {
    this.#parts = parts
    this.#newcomers = new Newcomers(parts)
  }

  /** Throws RejectedLine and ConsoleError `entry.too_large`; the line has left no entry then. */
  translate({ line, known }: ReadLine): void {
    const { batch, keys, rows } = this.#parts
    const newcomers = this.#newcomers
    const actor = newcomers.actorOf(line)
    const conversation = this.#conversationOf(line)
    if (!this.#touched.has(conversation))
      this.#touched.set(conversation, conversation.count === 0 ? null : conversation.count)
    const department = line.department === undefined ? null : newcomers.department(line.department, line.at)
    if (department) putInto(conversation, department)
    const scene = { line, conversation, actor, newcomers, rows }
    const fact = known ? factOf(known, scene) : activityOf(scene)
    const entryId = newId()
    batch.add(this.#draft(entryId, line, conversation, actor, fact), keys, conversation.count + 1)
    conversation.count++
    fact.effect?.(entryId)
    if (conversation.departmentGone && conversation.status !== 'resolved') this.#leave(line.at, conversation)
  }

  /** A conversation goes on whose department was taken away: as at the desk, it goes to the queue of nobody. */
  #leave(at: string, conversation: ConversationState): void {
    const { batch, keys } = this.#parts
    const { id, assigneeId: agentId, departmentId, customer, botId } = conversation
    const draft: EntryDraft = {
      id: newId(),
      event: conversationTransferred,
      outcome: 'done',
      at,
      actor: this.#newcomers.importer,
      causedBy: this.#parts.importId,
      subject: { kind: 'conversation', id },
      conversationId: id,
      customerId: customer.id,
      botId,
      agents: agentId ? [agentId] : [],
      departments: departmentId ? [departmentId] : [],
      data: { from: { agentId, departmentId }, to: { agentId, departmentId: null }, state: 'done' },
      parts: {},
      reasonCode: 'department_deleted',
      via: VIA,
    }
    batch.add(draft, keys, ++conversation.count)
    putInto(conversation, null)
  }

  /** Writes the conversations as the batch leaves them. Once, after its last line. */
  finish(): void {
    for (const [conversation, before] of this.#touched)
      if (conversation.count > 0) this.#parts.rows.conversation(conversation, before)
  }

  #draft(
    id: string,
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    fact: Fact,
  ): EntryDraft {
    const parts: Record<string, Uint8Array> = {}
    for (const [name, text] of Object.entries(fact.parts ?? {}))
      if (text !== undefined) parts[name] = Buffer.from(text, 'utf8')
    const reason = typeof line.reason === 'string' ? line.reason : line.reason?.code
    return {
      id,
      event: fact.event,
      outcome: fact.event.outcome,
      at: line.at,
      actor,
      causedBy: this.#parts.importId,
      subject: fact.subject,
      conversationId: conversation.id,
      customerId: conversation.customer.id,
      botId: conversation.botId,
      agents: [conversation.assigneeId, ...(fact.agents ?? [])].filter(agent => agent !== null),
      departments: conversation.departmentId ? [conversation.departmentId] : [],
      data: fact.data,
      parts,
      reasonCode: reason ?? null,
      via: VIA,
    }
  }

  #conversationOf(line: ImportLine): ConversationState {
    const known = this.#parts.directory.conversations.get(line.conversation)
    if (known) return known
    const name =
      line.actor.kind === 'customer' && line.actor.key === customerKeyOf(line) ? line.actor.name : undefined
    const conversation: ConversationState = {
      id: this.#parts.directory.conversationId(line.conversation),
      botId: this.#parts.botId,
      customer: this.#newcomers.customer(customerKeyOf(line), name, line.at),
      status: 'in_progress',
      assigneeId: null,
      departmentId: null,
      departmentGone: false,
      openedAt: line.at,
      resolvedAt: null,
      waitingSince: null,
      lastMessageId: null,
      lastMessageAt: line.at,
      count: 0,
    }
    this.#parts.directory.conversations.set(line.conversation, conversation)
    return conversation
  }
}
