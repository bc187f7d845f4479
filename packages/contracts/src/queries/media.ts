import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { FileKind } from '../events/message.ts'
import { AgentId, FileId, MessageId } from '../ids.ts'

/** Formatting as Telegram gave it: newer types than we know are kept by name and shown as plain text. */
export const ShownEntity = z.strictObject({
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  url: z.string().nullable(),
  language: z.string().nullable(),
})
export type ShownEntity = z.infer<typeof ShownEntity>

const Place = { latitude: z.number(), longitude: z.number() }

/** What a message holds beside words and files. */
export const MessageContent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('location'), ...Place, live: z.boolean() }),
  z.strictObject({ type: z.literal('venue'), ...Place, title: z.string(), address: z.string() }),
  z.strictObject({ type: z.literal('contact'), name: z.string(), phone: z.string() }),
  z.strictObject({
    type: z.literal('poll'),
    question: z.string(),
    options: z.array(z.strictObject({ text: z.string(), votes: z.int() })),
    votes: z.int(),
    closed: z.boolean(),
    quiz: z.boolean(),
  }),
  z.strictObject({ type: z.literal('dice'), emoji: z.string(), value: z.int() }),
  z.strictObject({ type: z.literal('sticker'), emoji: z.string().nullable(), set: z.string().nullable() }),
  /** `what`: Telegram's name of the service message; `detail`: the one text it carries, a new title for one */
  z.strictObject({ type: z.literal('service'), what: z.string(), detail: z.string().nullable() }),
  /** Anything else: the names of its members, so that a person can look it up in the entry. */
  z.strictObject({ type: z.literal('other'), what: z.array(z.string()), detail: z.string().nullable() }),
])
export type MessageContent = z.infer<typeof MessageContent>

/** A file of a message. `link`: where its bytes are for some minutes, `null` while there are none to be had. */
export const MessageFile = z.strictObject({
  id: FileId,
  kind: FileKind,
  state: z.enum(['waiting', 'stored', 'failed', 'removed', 'erased', 'withheld']),
  /** Why there is no file: `too_large`, `refused` or `unreachable`. */
  problem: z.string().nullable(),
  name: z.string().nullable(),
  /** What its bytes look like; `null` until they are here. */
  type: z.string().nullable(),
  /** Bytes, as Telegram said or as they are. */
  size: z.int().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Seconds. */
  duration: z.int().nullable(),
  spoiler: z.boolean(),
  link: z.string().nullable(),
})
export type MessageFile = z.infer<typeof MessageFile>

/** Who really wrote, when that was somebody in the author's name. */
export const Writer = z.strictObject({ id: AgentId, name: z.string() })

export const MessageVersion = z.strictObject({
  version: z.int(),
  at: z.string(),
  author: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  writtenBy: Writer.nullable(),
  text: Part.nullable(),
  entities: z.array(ShownEntity),
  files: z.array(MessageFile),
  /** Of an agent's edit: whether Telegram has it. */
  state: z.enum(['received', 'queued', 'delivered', 'refused', 'unreachable']),
  entryId: z.string(),
})
export type MessageVersion = z.infer<typeof MessageVersion>

export const listMessageVersions = defineQuery({
  name: 'message.versions',
  permission: 'conversation.view',
  summary: 'Every version of a message, the original first',
  input: z.strictObject({ messageId: MessageId }),
  output: z.strictObject({ items: z.array(MessageVersion) }),
})
