import {
  agentInvited,
  conversationAssigned,
  conversationOpened,
  conversationReopened,
  conversationStatusChanged,
  conversationTransferred,
  customerCreated,
  customerLabelAdded,
  customerLabelRemoved,
  departmentCreated,
  type EventDefinition,
  importActivity,
  labelCreated,
  messageReceived,
  messageSent,
  noteAdded,
} from '@tracedesk/contracts'
import { newId } from '../../kernel/id.ts'
import type { BulkBatch } from '../../ledger/bulk.ts'
import type { EntryDraft, RecordedActor, RecordedVia } from '../../ledger/draft.ts'
import type { PartOwnerId } from '../../ledger/subject-keys.ts'
import type { ConversationState, Directory, Person } from './directory.ts'
import { type ImportLine, type KnownData, type KnownEvent, readData, type Someone } from './line.ts'
import type { StateRows } from './state-rows.ts'

const VIA: RecordedVia = { source: 'import', requestId: null, sessionId: null, origin: null }
const LABEL_COLOUR = '#868e96'

/** A line that has been read. `known` where its event has a counterpart here. */
export interface ReadLine {
  readonly number: number
  readonly line: ImportLine
  readonly known: KnownData | null
}

/** Throws RejectedLine when the line's data does not fit its event. */
export function recognise(number: number, line: ImportLine): ReadLine {
  const known = readData(line)
  // A note has an author with a seat; one by anybody else is kept as what it is called.
  const anonymous = known?.event === 'note.added' && line.actor.kind !== 'agent'
  return { number, line, known: anonymous ? null : known }
}

/** The customer a line speaks of, by outside key: named, else the acting one, else one who stands for the conversation. */
export const customerKeyOf = (line: ImportLine): string =>
  line.customer ?? (line.actor.kind === 'customer' ? line.actor.key : `conversation ${line.conversation}`)

const keyOf = (someone: Someone): string => (typeof someone === 'string' ? someone : someone.key)

/** The agents a line names, by outside key: they must be loaded before it is translated. */
export function agentKeysOf({ line, known }: ReadLine): string[] {
  const keys = line.actor.kind === 'agent' ? [line.actor.key] : []
  if (known?.event === 'conversation.assigned' && known.data.to) keys.push(keyOf(known.data.to))
  if (known?.event === 'conversation.transferred' && known.data.toAgent) keys.push(keyOf(known.data.toAgent))
  return keys
}

type DataOf<E extends KnownEvent> = Extract<KnownData, { event: E }>['data']

type Fact = {
  readonly event: EventDefinition
  readonly data: Record<string, unknown>
  readonly subject: EntryDraft['subject']
  readonly parts?: Record<string, string | undefined>
  readonly agents?: readonly (string | null)[]
  /** What the line does to the conversation and the tables, once its entry stands. */
  readonly effect?: (entryId: string) => void
}

/** Turns lines into entries and state, one after the other. Every line becomes exactly one entry. */
export class Translator {
  readonly #importId: string
  readonly #botId: string
  readonly #directory: Directory
  readonly #keys: ReadonlyMap<PartOwnerId, Buffer>
  readonly #batch: BulkBatch
  readonly #rows: StateRows
  /** Conversations of this batch with the number of entries they had before it; null for new ones. */
  readonly #touched = new Map<ConversationState, number | null>()
  readonly #importer: RecordedActor

  constructor(parts: {
    importId: string
    botId: string
    directory: Directory
    keys: ReadonlyMap<PartOwnerId, Buffer>
    batch: BulkBatch
    rows: StateRows
  }) {
    this.#importId = parts.importId
    this.#botId = parts.botId
    this.#directory = parts.directory
    this.#keys = parts.keys
    this.#batch = parts.batch
    this.#rows = parts.rows
    this.#importer = { kind: 'import', id: parts.importId, role: null, departments: [], named: null }
  }

  /** Throws RejectedLine and ConsoleError `entry.too_large`; the line has left no entry then. */
  translate(read: ReadLine): void {
    const { line } = read
    const actor = this.#actorOf(line)
    const conversation = this.#conversationOf(line)
    if (!this.#touched.has(conversation))
      this.#touched.set(conversation, conversation.count === 0 ? null : conversation.count)
    const department = line.department === undefined ? null : this.#department(line.department, line.at)
    if (department) conversation.departmentId = department
    const fact = read.known
      ? this.#known(read.known, line, conversation, actor)
      : this.#activity(line, conversation)
    const entryId = newId()
    this.#add(this.#draft(entryId, line, conversation, actor, fact), conversation.count + 1)
    conversation.count++
    fact.effect?.(entryId)
  }

  /** Writes the conversations as the batch leaves them. Once, after its last line. */
  finish(): void {
    for (const [conversation, before] of this.#touched)
      if (conversation.count > 0) this.#rows.conversation(conversation, before)
  }

  #add(draft: EntryDraft, counter?: number): void {
    this.#batch.add(draft, this.#keys, counter)
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
      causedBy: this.#importId,
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

  /** An entry of the importer itself: somebody or something of the file appears for the first time. */
  #introduce(
    event: EventDefinition,
    at: string,
    subject: EntryDraft['subject'],
    data: Record<string, unknown>,
    options: { id: string; name?: string; customerId?: string },
  ): void {
    this.#add({
      id: options.id,
      event,
      outcome: 'done',
      at,
      actor: this.#importer,
      causedBy: this.#importId,
      subject,
      conversationId: null,
      customerId: options.customerId ?? null,
      botId: null,
      agents: [],
      departments: [],
      data,
      parts: options.name === undefined ? {} : { name: Buffer.from(options.name, 'utf8') },
      reasonCode: null,
      via: VIA,
    })
  }

  #actorOf({ actor, at }: ImportLine): RecordedActor {
    const nobody = { kind: actor.kind, id: null, role: null, departments: [], named: null }
    if (actor.kind === 'agent') {
      const agent = this.#agent(actor.key, actor.name, at)
      return { ...nobody, id: agent.id, named: agent.namedBy }
    }
    if (actor.kind === 'customer') {
      const customer = this.#customer(actor.key, actor.name, at)
      return { ...nobody, id: customer.id, named: customer.namedBy }
    }
    return nobody
  }

  #conversationOf(line: ImportLine): ConversationState {
    const known = this.#directory.conversations.get(line.conversation)
    if (known) return known
    const name =
      line.actor.kind === 'customer' && line.actor.key === customerKeyOf(line) ? line.actor.name : undefined
    const conversation: ConversationState = {
      id: this.#directory.conversationId(line.conversation),
      botId: this.#botId,
      customer: this.#customer(customerKeyOf(line), name, line.at),
      status: 'in_progress',
      assigneeId: null,
      departmentId: null,
      openedAt: line.at,
      resolvedAt: null,
      waitingSince: null,
      lastMessageId: null,
      lastMessageAt: line.at,
      count: 0,
    }
    this.#directory.conversations.set(line.conversation, conversation)
    return conversation
  }

  #customer(key: string, name: string | undefined, at: string): Person {
    const known = this.#directory.customers.get(key)
    if (known) return known
    const person = { id: this.#directory.customerId(key), namedBy: newId() }
    const called = name ?? key
    const subject = { kind: 'customer', id: person.id, named: person.namedBy }
    this.#introduce(
      customerCreated,
      at,
      subject,
      { language: null },
      {
        id: person.namedBy,
        name: called,
        customerId: person.id,
      },
    )
    this.#rows.customer(person, called, at)
    this.#directory.customers.set(key, person)
    return person
  }

  #agent(key: string, name: string | undefined, at: string): Person {
    const known = this.#directory.agents.get(key)
    if (known) return known
    const person = { id: this.#directory.agentId(key), namedBy: newId() }
    const called = name ?? key
    const subject = { kind: 'agent', id: person.id, named: person.namedBy }
    this.#introduce(agentInvited, at, subject, { role: 'agent' }, { id: person.namedBy, name: called })
    this.#rows.agent(person, called, at)
    this.#directory.agents.set(key, person)
    return person
  }

  #someone(someone: Someone | null | undefined, at: string): string | null {
    if (!someone) return null
    return typeof someone === 'string'
      ? this.#agent(someone, undefined, at).id
      : this.#agent(someone.key, someone.name, at).id
  }

  #department(name: string, at: string): string {
    const known = this.#directory.departments.get(name.toLowerCase())
    if (known) return known.id
    const department = { id: newId(), name }
    const subject = { kind: 'department', id: department.id, name }
    this.#introduce(departmentCreated, at, subject, { name }, { id: newId() })
    this.#rows.department(department.id, name, at)
    this.#directory.departments.set(name.toLowerCase(), department)
    return department.id
  }

  #label(name: string, at: string): { id: string; name: string } {
    const known = this.#directory.labels.get(name.toLowerCase())
    if (known) return known
    const label = { id: newId(), name }
    const data = { name, colour: LABEL_COLOUR }
    this.#introduce(labelCreated, at, { kind: 'label', id: label.id, name }, data, { id: newId() })
    this.#rows.label(label.id, name, LABEL_COLOUR)
    this.#directory.labels.set(name.toLowerCase(), label)
    return label
  }

  #activity(line: ImportLine, conversation: ConversationState): Fact {
    return {
      event: importActivity,
      data: { activity: line.event },
      subject: { kind: 'conversation', id: conversation.id },
      parts: { detail: line.data === undefined ? undefined : JSON.stringify(line.data), text: line.text },
    }
  }

  #known(known: KnownData, line: ImportLine, conversation: ConversationState, actor: RecordedActor): Fact {
    const about = { kind: 'conversation', id: conversation.id }
    switch (known.event) {
      case 'message.received':
        return this.#received(line, conversation, actor, known.data)
      case 'message.sent':
        return this.#sent(line, conversation, actor, known.data)
      case 'conversation.opened': {
        const data = { by: 'import', departmentId: conversation.departmentId }
        const effect = () => {
          conversation.openedAt = line.at
        }
        return { event: conversationOpened, data, subject: about, effect }
      }
      case 'conversation.assigned':
        return this.#assigned(line, conversation, actor, known.data)
      case 'conversation.transferred':
        return this.#transferred(line, conversation, actor, known.data)
      case 'conversation.status_changed': {
        const data = { from: conversation.status, to: known.data.to }
        const effect = () => setStatus(conversation, known.data.to, line.at)
        return { event: conversationStatusChanged, data, subject: about, effect }
      }
      case 'conversation.reopened': {
        const data = { from: conversation.status, to: known.data.to, by: 'import' }
        const effect = () => setStatus(conversation, known.data.to, line.at)
        return { event: conversationReopened, data, subject: about, effect }
      }
      case 'note.added':
        return this.#noted(line, conversation, actor, known.data)
      case 'customer.label_added':
        return this.#labelled(line, conversation, known.data, true)
      case 'customer.label_removed':
        return this.#labelled(line, conversation, known.data, false)
    }
  }

  #received(
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    { kind }: DataOf<'message.received'>,
  ): Fact {
    const id = newId()
    const nothing = { updateId: null, telegramMessageId: null, telegramDate: null, replyTo: null }
    return {
      event: messageReceived,
      data: { kind, ...nothing, length: line.text?.length ?? 0 },
      subject: { kind: 'message', id },
      parts: { text: line.text },
      effect: entryId => {
        this.#message('in', id, line, conversation, actor, kind, entryId)
        conversation.waitingSince ??= line.at
      },
    }
  }

  #sent(
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    { kind, cannedReply }: DataOf<'message.sent'>,
  ): Fact {
    const id = newId()
    return {
      event: messageSent,
      data: { kind, replyTo: null, length: line.text?.length ?? 0, cannedReply: cannedReply ?? null },
      subject: { kind: 'message', id },
      parts: { text: line.text },
      effect: entryId => {
        this.#message('out', id, line, conversation, actor, kind, entryId)
        conversation.waitingSince = null
      },
    }
  }

  /** Without a name, an agent took it; `null` puts it back into the queue. */
  #assigned(
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    { to }: DataOf<'conversation.assigned'>,
  ): Fact {
    const holder = to === undefined && actor.kind === 'agent' ? actor.id : this.#someone(to, line.at)
    return {
      event: conversationAssigned,
      data: { from: conversation.assigneeId, to: holder, cause: 'import' },
      subject: { kind: 'conversation', id: conversation.id },
      agents: [holder],
      effect: () => {
        conversation.assigneeId = holder
      },
    }
  }

  #transferred(
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    { toAgent, toDepartment }: DataOf<'conversation.transferred'>,
  ): Fact {
    const agentId = this.#someone(toAgent, line.at)
    const departmentId = toDepartment ? this.#department(toDepartment, line.at) : conversation.departmentId
    const from = { agentId: conversation.assigneeId, departmentId: conversation.departmentId }
    // the words of somebody without an id have no key of their own
    const reasonText = typeof line.reason === 'object' && actor.id !== null ? line.reason.text : undefined
    return {
      event: conversationTransferred,
      data: { from, to: { agentId, departmentId } },
      subject: { kind: 'conversation', id: conversation.id },
      parts: { reasonText },
      agents: [agentId],
      effect: () => {
        conversation.assigneeId = agentId
        conversation.departmentId = departmentId
      },
    }
  }

  #noted(
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    { scope }: DataOf<'note.added'>,
  ): Fact {
    const id = newId()
    const text = line.text ?? ''
    const authorId = actor.id ?? '' // `recognise` lets only agents through
    return {
      event: noteAdded,
      data: { scope, length: text.length },
      subject: { kind: 'note', id },
      parts: { text },
      effect: entryId =>
        this.#rows.note({ id, conversationId: conversation.id, authorId, scope, at: line.at, entryId }),
    }
  }

  #labelled(
    line: ImportLine,
    { customer }: ConversationState,
    data: DataOf<'customer.label_added'>,
    on: boolean,
  ): Fact {
    const label = this.#label(data.label, line.at)
    return {
      event: on ? customerLabelAdded : customerLabelRemoved,
      data: { labelId: label.id, labelName: label.name },
      subject: { kind: 'customer', id: customer.id, named: customer.namedBy },
      effect: () => this.#rows.labelLink(customer.id, label.id, on),
    }
  }

  #message(
    direction: 'in' | 'out',
    id: string,
    line: ImportLine,
    conversation: ConversationState,
    actor: RecordedActor,
    kind: string,
    entryId: string,
  ): void {
    this.#rows.message({
      id,
      conversationId: conversation.id,
      at: line.at,
      direction,
      author: actor,
      kind,
      entryId,
      hasText: line.text !== undefined,
    })
    if (conversation.lastMessageId !== null && line.at < conversation.lastMessageAt) return
    conversation.lastMessageId = id
    conversation.lastMessageAt = line.at
  }
}

function setStatus(conversation: ConversationState, to: ConversationState['status'], at: string): void {
  conversation.status = to
  conversation.resolvedAt = to === 'resolved' ? at : null
  if (to === 'resolved') conversation.waitingSince = null
}
