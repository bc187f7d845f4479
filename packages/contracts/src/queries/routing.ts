import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Entry } from '../entry.ts'
import { Priority } from '../events/desk.ts'
import { PresenceState } from '../events/presence.ts'
import { BotRouting } from '../events/routing.ts'
import { AgentId, BotId, ConversationId, DepartmentId } from '../ids.ts'
import { pageOf, paging } from './desk.ts'

const nothing = z.strictObject({})
const Reason = z.strictObject({ code: z.string(), words: z.string() })
const Seat = z.strictObject({
  id: AgentId,
  name: z.string(),
  state: PresenceState,
  reasonCode: z.string().nullable(),
  /** Since when they are in this state; null: they have never been online. */
  since: z.string().nullable(),
  /** Conversations in progress in their hands, and how many the rules may bring them to. */
  load: z.int(),
  capacity: z.int(),
  languages: z.array(z.string()),
  departmentIds: z.array(DepartmentId),
})
const Queue = z.strictObject({
  /** null: the queue that belongs to no department. */
  id: DepartmentId.nullable(),
  name: z.string().nullable(),
  online: z.int(),
  members: z.int(),
  queueLength: z.int(),
  waitingSince: z.string().nullable(),
})

export const listPresence = defineQuery({
  name: 'presence.list',
  permission: 'team.view',
  summary: 'Who is there: everybody with a desk, their load, and the reasons for being away',
  input: nothing,
  output: z.strictObject({ items: z.array(Seat), awayReasons: z.array(Reason) }),
})
export const listTransferTargets = defineQuery({
  name: 'conversation.transfer_targets',
  permission: 'conversation.view',
  summary:
    'To whom a conversation can be handed, who of them is online, and the reasons to choose from; with `bot` only people who serve it',
  input: z.strictObject({ bot: BotId.optional() }),
  output: z.strictObject({
    agents: z.array(Seat),
    departments: z.array(Queue.extend({ id: DepartmentId, name: z.string() })),
    reasons: z.array(Reason),
  }),
})
export const getBoard = defineQuery({
  name: 'desk.board',
  permission: 'desk.board',
  summary: 'The desk as it is now, as far as the caller’s departments go: people, queues, longest waits',
  input: nothing,
  output: z.strictObject({
    at: z.string(),
    people: z.array(Seat),
    queues: z.array(Queue),
    waits: z.array(
      z.strictObject({
        id: ConversationId,
        /** null where the reader is not shown who a customer is */
        customerName: z.string().nullable(),
        assignee: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
        departmentId: DepartmentId.nullable(),
        priority: Priority,
        waitingSince: z.string(),
      }),
    ),
    open: z.int(),
    waiting: z.int(),
    /** of those, how many wait longer than the target for a first response */
    late: z.int(),
    snoozed: z.int(),
    offered: z.int(),
  }),
})
/** The numbers of the board. `queue`, `present` (who is online there) and `held` are of a department or a person. */
export const BoardFigure = z.enum([
  ...(['online', 'open', 'waiting', 'late', 'snoozed', 'offered'] as const),
  ...(['queue', 'present', 'held'] as const),
])
export type BoardFigure = z.infer<typeof BoardFigure>

export const listBoardEntries = defineQuery({
  name: 'desk.board_entries',
  permission: 'desk.board',
  summary:
    'The entries a number of the board counts at this moment, one for each thing counted, oldest first; `of`: the department (absent: everybody’s queue) or the person. Recorded as log.viewed',
  input: z.strictObject({ figure: BoardFigure, of: z.uuid().optional(), ...paging }),
  output: pageOf(
    z.strictObject({
      /** null: people are counted, or the reader may not open it. */
      conversation: z.strictObject({ id: ConversationId, name: z.string().nullable() }).nullable(),
      agent: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
      /** null: the reader may not see it. */
      entry: Entry.nullable(),
    }),
  ),
})
export const listBotRouting = defineQuery({
  name: 'bot.routing',
  permission: 'bot.view',
  summary: 'How the conversations of each bot find somebody',
  input: nothing,
  output: z.strictObject({ items: z.array(z.strictObject({ botId: BotId, ...BotRouting.shape })) }),
})
