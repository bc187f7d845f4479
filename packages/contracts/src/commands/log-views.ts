import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as events from '../events/log-view.ts'
import { LogViewId } from '../ids.ts'
import { logFilter, RelativeRange } from '../queries/log.ts'
import { nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const view = { kind: 'log_view', field: 'logViewId' } as const
const facts = {
  name: nameUpTo(60),
  /** As `log.search` takes it; `range` is a span counted back from whenever the view is opened, `zone` the one times are shown in. */
  filter: z
    .strictObject({ ...logFilter, range: RelativeRange.optional(), zone: z.string().max(60).optional() })
    .refine(({ range, from, to }) => range === undefined || (from === undefined && to === undefined), {
      message: 'log_view.one_range',
    }),
  /** Offered to everybody; each sees what their own scope lets them see. */
  shared: z.boolean().default(false),
}

export const createLogView = defineCommand({
  name: 'log_view.create',
  summary: 'Keep a filter of the log under a name, for oneself or for everybody',
  input: z.strictObject(facts),
  output: z.strictObject({ logView: z.strictObject({ id: LogViewId }) }),
  records: [events.logViewCreated],
})
export const updateLogView = defineCommand({
  name: 'log_view.update',
  summary: 'Give one’s own view of the log another name, filter or audience',
  input: z.strictObject({ logViewId: LogViewId, ...facts }),
  output: Done,
  records: [events.logViewUpdated],
  subject: view,
})
export const deleteLogView = defineCommand({
  name: 'log_view.delete',
  summary: 'Remove one’s own view of the log',
  input: z.strictObject({ logViewId: LogViewId }),
  output: Done,
  records: [events.logViewDeleted],
  subject: view,
})
