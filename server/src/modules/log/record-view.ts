import { defineCommand, logViewed } from '@tracedesk/contracts'
import { z } from 'zod'
import { type Command, type Disclosure, defineCommandHandler } from '../../command/define.ts'

/** Records that somebody read the behaviour log. Runs before the answer leaves: no record, no answer. */
export const viewLog = defineCommandHandler(
  defineCommand({
    name: 'log.view',
    access: 'internal',
    summary: 'Record a view of the behaviour log',
    input: z.custom<Disclosure & { query: string }>(),
    output: z.strictObject({}),
    records: [logViewed],
  }),
  {
    handle: async (context, { query, filter, q, scope, count, deep, positions }) => {
      context.record(
        logViewed,
        {
          ...{ query, filter, scope, count, deep },
          ...(positions && { fromPosition: positions.first, toPosition: positions.last }),
        },
        { subject: { id: query }, ...(q ? { parts: { q } } : {}) },
      )
      return {}
    },
  },
) satisfies Command
