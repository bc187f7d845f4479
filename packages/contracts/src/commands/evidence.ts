import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { evidenceBundled } from '../events/evidence.ts'
import { ConversationId } from '../ids.ts'
import { InstantInput } from '../text.ts'

export const bundleEvidence = defineCommand({
  name: 'evidence.bundle',
  summary:
    'Make a file that proves a range of the log to anybody, offline; with a conversation, everything else in the range is closed',
  input: z.strictObject({
    from: InstantInput.optional(),
    to: InstantInput.optional(),
    conversationId: ConversationId.optional(),
    fromPosition: z.int().min(0).optional(),
    toPosition: z.int().min(0).optional(),
    language: z.enum(['en', 'zh', 'ru']).default('en'),
  }),
  output: z.strictObject({
    bundle: z.strictObject({ id: z.uuid(), sha256: z.string(), bytes: z.int() }),
  }),
  records: [evidenceBundled],
})
