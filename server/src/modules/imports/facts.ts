import {
  conversationAssigned,
  conversationOpened,
  conversationReopened,
  conversationStatusChanged,
  conversationTransferred,
  customerLabelAdded,
  customerLabelRemoved,
  type EventDefinition,
  importActivity,
  messageReceived,
  messageSent,
  noteAdded,
} from '@tracedesk/contracts'
import { newId } from '../../kernel/id.ts'
import type { EntryDraft, RecordedActor } from '../../ledger/draft.ts'
import { type ConversationState, putInto } from './directory.ts'
import type { ImportLine, KnownData, KnownEvent } from './line.ts'
import type { Newcomers } from './newcomers.ts'
import type { StateRows } from './state-rows.ts'

type DataOf<E extends KnownEvent> = Extract<KnownData, { event: E }>['data']

/** What a line says, and about what. */
export interface Fact {
  readonly event: EventDefinition
  readonly data: Record<string, unknown>
  readonly subject: EntryDraft['subject']
  readonly parts?: Record<string, string | undefined>
  readonly agents?: readonly (string | null)[]
  /** What the line does to the conversation and the tables, once its entry stands. */
  readonly effect?: (entryId: string) => void
}

/** A line with everything it touches. */
export interface Scene {
  readonly line: ImportLine
  readonly conversation: ConversationState
  readonly actor: RecordedActor
  readonly newcomers: Newcomers
  readonly rows: StateRows
}

/** The fact of an event that has a counterpart here. */
export function factOf(known: KnownData, scene: Scene): Fact {
  switch (known.event) {
    case 'message.received':
      return received(scene, known.data)
    case 'message.sent':
      return sent(scene, known.data)
    case 'conversation.opened':
      return opened(scene)
    case 'conversation.assigned':
      return assigned(scene, known.data)
    case 'conversation.transferred':
      return transferred(scene, known.data)
    case 'conversation.status_changed':
      return statusChanged(scene, known.data)
    case 'conversation.reopened':
      return reopened(scene, known.data)
    case 'note.added':
      return noted(scene, known.data)
    case 'customer.label_added':
      return labelled(scene, known.data, true)
    case 'customer.label_removed':
      return labelled(scene, known.data, false)
  }
}

/** The fact of any other event: it is kept as what it is called. */
export function activityOf({ line, conversation }: Scene): Fact {
  return {
    event: importActivity,
    data: { activity: line.event },
    subject: about(conversation),
    parts: { detail: line.data === undefined ? undefined : JSON.stringify(line.data), text: line.text },
  }
}

const about = ({ id }: ConversationState): Fact['subject'] => ({ kind: 'conversation', id })

function received(scene: Scene, { kind }: DataOf<'message.received'>): Fact {
  const { line, conversation } = scene
  const id = newId()
  const nothing = { replyTo: null, telegramDate: null, telegramMessageId: null, updateId: null }
  return {
    event: messageReceived,
    // in the order in which a leaf has them
    data: { kind, length: line.text?.length ?? 0, ...nothing },
    subject: { kind: 'message', id },
    parts: { text: line.text },
    effect: entryId => {
      addMessage(scene, { id, direction: 'in', kind, entryId })
      conversation.waitingSince ??= line.at
    },
  }
}

function sent(scene: Scene, { kind, cannedReply }: DataOf<'message.sent'>): Fact {
  const { line, conversation } = scene
  const id = newId()
  return {
    event: messageSent,
    data: { cannedReply: cannedReply ?? null, kind, length: line.text?.length ?? 0, replyTo: null },
    subject: { kind: 'message', id },
    parts: { text: line.text },
    effect: entryId => {
      addMessage(scene, { id, direction: 'out', kind, entryId })
      conversation.waitingSince = null
    },
  }
}

interface MessageParts {
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly kind: string
  readonly entryId: string
}

function addMessage({ line, conversation, actor, rows }: Scene, parts: MessageParts): void {
  rows.message({
    ...parts,
    conversationId: conversation.id,
    at: line.at,
    author: actor,
    hasText: line.text !== undefined,
  })
  if (conversation.lastMessageId !== null && line.at < conversation.lastMessageAt) return
  conversation.lastMessageId = parts.id
  conversation.lastMessageAt = line.at
}

function opened({ line, conversation }: Scene): Fact {
  return {
    event: conversationOpened,
    data: { by: 'import', departmentId: conversation.departmentId },
    subject: about(conversation),
    effect: () => {
      conversation.openedAt = line.at
    },
  }
}

/** Without a name, an agent took it; `null` puts it back into the queue. */
function assigned(scene: Scene, { to }: DataOf<'conversation.assigned'>): Fact {
  const { line, conversation, actor, newcomers } = scene
  const holder = to === undefined && actor.kind === 'agent' ? actor.id : newcomers.someone(to, line.at)
  return {
    event: conversationAssigned,
    data: { from: conversation.assigneeId, to: holder, cause: 'import' },
    subject: about(conversation),
    agents: [holder],
    effect: () => {
      conversation.assigneeId = holder
    },
  }
}

function transferred(scene: Scene, { toAgent, toDepartment }: DataOf<'conversation.transferred'>): Fact {
  const { line, conversation, actor, newcomers } = scene
  const agentId = newcomers.someone(toAgent, line.at)
  const departmentId = toDepartment ? newcomers.department(toDepartment, line.at) : conversation.departmentId
  const from = { agentId: conversation.assigneeId, departmentId: conversation.departmentId }
  // the words of somebody without an id have no key of their own
  const reasonText = typeof line.reason === 'object' && actor.id !== null ? line.reason.text : undefined
  return {
    event: conversationTransferred,
    data: { from, to: { agentId, departmentId } },
    subject: about(conversation),
    parts: { reasonText },
    agents: [agentId],
    effect: () => {
      conversation.assigneeId = agentId
      if (departmentId !== conversation.departmentId) putInto(conversation, departmentId)
    },
  }
}

function statusChanged({ line, conversation }: Scene, { to }: DataOf<'conversation.status_changed'>): Fact {
  return {
    event: conversationStatusChanged,
    data: { from: conversation.status, to },
    subject: about(conversation),
    effect: () => setStatus(conversation, to, line.at),
  }
}

function reopened({ line, conversation }: Scene, { to }: DataOf<'conversation.reopened'>): Fact {
  return {
    event: conversationReopened,
    data: { from: conversation.status, to, by: 'import' },
    subject: about(conversation),
    effect: () => setStatus(conversation, to, line.at),
  }
}

function setStatus(conversation: ConversationState, to: ConversationState['status'], at: string): void {
  conversation.status = to
  conversation.resolvedAt = to === 'resolved' ? at : null
  if (to === 'resolved') conversation.waitingSince = null
}

function noted({ line, conversation, actor, rows }: Scene, { scope }: DataOf<'note.added'>): Fact {
  const id = newId()
  const text = line.text ?? ''
  const authorId = actor.id ?? '' // `recognise` lets only agents through
  return {
    event: noteAdded,
    data: { scope, length: text.length },
    subject: { kind: 'note', id },
    parts: { text },
    effect: entryId =>
      rows.note({ id, conversationId: conversation.id, authorId, scope, at: line.at, entryId }),
  }
}

function labelled(scene: Scene, { label: name }: DataOf<'customer.label_added'>, on: boolean): Fact {
  const { customer } = scene.conversation
  const label = scene.newcomers.label(name, scene.line.at)
  return {
    event: on ? customerLabelAdded : customerLabelRemoved,
    data: { labelId: label.id, labelName: label.name },
    subject: { kind: 'customer', id: customer.id, named: customer.namedBy },
    effect: () => scene.rows.labelLink(customer.id, label.id, on),
  }
}
