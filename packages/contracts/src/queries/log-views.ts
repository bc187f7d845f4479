import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { AgentId, LogViewId } from '../ids.ts'

export const listLogViews = defineQuery({
  name: 'log_view.list',
  permission: 'log.view',
  summary: 'The caller’s saved views of the log, and those of others that are for everybody',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: LogViewId,
        name: z.string(),
        /** Values by field, as `log.search` takes them; `range` and `zone` have one each. */
        filter: z.record(z.string(), z.array(z.string())),
        shared: z.boolean(),
        owner: z.strictObject({ id: AgentId, name: z.string() }),
      }),
    ),
  }),
})
