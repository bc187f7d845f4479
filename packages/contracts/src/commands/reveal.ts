import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as reveal from '../events/reveal.ts'
import { ConversationId, EntryId, RevealId } from '../ids.ts'
import { MessageText } from '../text.ts'

export const revealLog = defineCommand({
  name: 'log.reveal',
  summary:
    'Open what is withheld of an entry or a whole conversation, for oneself and a limited time; with the setting `reveal.second_person` once somebody else agrees. Name exactly one',
  input: z
    .strictObject({
      entryId: EntryId.optional(),
      conversationId: ConversationId.optional(),
      reason: MessageText,
    })
    .refine(input => (input.entryId === undefined) !== (input.conversationId === undefined), {
      message: 'reveal.exactly_one',
    }),
  output: z.strictObject({
    reveal: z.strictObject({
      id: RevealId,
      state: z.enum(['waiting', 'open']),
      expiresAt: z.string().nullable(),
    }),
  }),
  records: [reveal.logRevealed, reveal.logRevealRequested],
})
export const decideReveal = defineCommand({
  name: 'log.decide_reveal',
  summary: 'Agree that somebody else sees what is withheld from them, or decline',
  input: z.strictObject({ revealId: RevealId, agree: z.boolean() }),
  output: z.strictObject({}),
  records: [reveal.logRevealed, reveal.logRevealDeclined],
})
