import {
  cancelExport,
  defineCommand,
  ExportId,
  ExportScheduleId,
  exportCancelled,
  exportCompleted,
  exportFailed,
  exportRemoved,
  exportRequested,
  exportScheduled,
  exportUnscheduled,
  requestExport,
  scheduleExport,
  unscheduleExport,
} from '@tracedesk/contracts'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { readSetting } from '../team/index.ts'
import type { ExportPort } from './port.ts'
import { nextRun, previousPeriod } from './rhythm.ts'
import {
  describeFilter,
  keepCaller,
  logSize,
  openFilter,
  plainFilter,
  recallCaller,
  removeFile,
  sealQuery,
  type Wanted,
} from './store.ts'

/** So many exports of one person may wait or be written at once. */
const WAITING_MAX = 5
const HOUR_MICROS = 3_600_000_000

/** Its outcome stands already; nothing is recorded then. */
export class ExportOver extends RecordedRefusal {
  constructor(id: string) {
    super('export.over', { id }, { message: `the export ${id} is over` })
  }
}

/** The commands of exports. `wake` starts the writer once a request is committed. */
export function createExportCommands(port: ExportPort, wake: () => void) {
  const request = defineCommandHandler(requestExport, {
    handle: async (context, { format, filter, parts, bom, language }) => {
      const id = await addExport(
        context,
        port,
        { format, filter, parts, options: { bom, language } },
        context.caller,
        null,
      )
      context.afterCommit(wake)
      return { export: { id: id as never } } // branded id
    },
  })
  const cancel = defineCommandHandler(cancelExport, {
    handle: async (context, { id }) => {
      const { rows, format } = await endExport(context, id, { state: 'cancelled' })
      context.record(exportCancelled, { rows }, { subject: { id } })
      context.afterCommit(
        () => void removeFile(port.folder, context.workspaceId, id, format).catch(logLater(port)),
      )
      return {}
    },
  })
  const schedule = defineCommandHandler(scheduleExport, {
    handle: (context, input) => addSchedule(context, port, input),
  })
  const unschedule = defineCommandHandler(unscheduleExport, {
    handle: async (context, { id }) => {
      const gone = await context.tx
        .deleteFrom('export_schedule')
        .where('workspace_id', '=', context.workspaceId)
        .where('schedule_id', '=', id)
        .returning('name')
        .executeTakeFirst()
      if (!gone) throw new ConsoleError('export.schedule_not_found', { id })
      context.record(exportUnscheduled, {}, { subject: { id }, parts: { name: gone.name } })
      return {}
    },
  })
  return [request, cancel, schedule, unschedule] as unknown as Command[]
}

/** A file that could not be removed now is removed with the next that expires: nobody is given it meanwhile. */
const logLater = (port: ExportPort) => (error: unknown) =>
  port.log.warn({ err: error as Error }, 'the file of an export that is over is still there')

async function addExport(
  context: CommandContext,
  port: ExportPort,
  { format, filter, parts, options }: Wanted,
  caller: Caller,
  scheduleId: string | null,
): Promise<string> {
  const { tx, workspaceId, now } = context
  const [id, size] = [newId(), await logSize(tx, workspaceId)]
  const requestedBy = caller.actor.id
  const waiting = await tx
    .selectFrom('export')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .where('requested_by', 'is not distinct from', requestedBy)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow()
  if (Number(waiting.n) >= WAITING_MAX) throw new ConsoleError('export.too_many', { max: WAITING_MAX })
  await tx
    .insertInto('export')
    .values({
      workspace_id: workspaceId,
      export_id: id,
      format,
      parts,
      filter: plainFilter(filter),
      query: sealQuery(port.secret, workspaceId, id, filter),
      options: JSON.stringify(options),
      caller: keepCaller(caller),
      requested_by: requestedBy,
      requested_at: now,
      size,
      schedule_id: scheduleId,
      state: 'waiting',
    })
    .execute()
  const q = typeof filter.q === 'string' ? filter.q : undefined
  context.record(
    exportRequested,
    { format, parts, filter: describeFilter(filter), size, scheduleId },
    { subject: { id }, actor: caller.actor, parts: { q } },
  )
  return id
}

async function addSchedule(
  context: CommandContext,
  port: ExportPort,
  input: z.output<typeof scheduleExport.input>,
) {
  const { tx, workspaceId, now, caller } = context
  const { name, every, format, parts, filter, bom, language } = input
  const id = newId()
  await tx
    .insertInto('export_schedule')
    .values({
      workspace_id: workspaceId,
      schedule_id: id,
      name,
      every,
      format,
      parts,
      filter: plainFilter(filter),
      query: sealQuery(port.secret, workspaceId, id, filter),
      options: JSON.stringify({ bom, language }),
      caller: keepCaller(caller),
      created_by: caller.actor.id,
      next_at: nextRun(every, now),
    })
    .execute()
  context.record(
    exportScheduled,
    { every, format, parts, filter: describeFilter(filter) },
    { subject: { id }, parts: { name, q: filter.q } },
  )
  return { schedule: { id: id as never } } // branded id
}

/** Ends a waiting export with an outcome. Throws `export.not_found`, or ExportOver when it has one. */
async function endExport(
  { tx, workspaceId, now }: CommandContext,
  id: string,
  outcome: { state: 'done' | 'failed' | 'cancelled' } & Record<string, unknown>,
): Promise<{ rows: number; format: string }> {
  const row = await tx
    .selectFrom('export')
    .select(['state', 'format'])
    .where('workspace_id', '=', workspaceId)
    .where('export_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('export.not_found', { id })
  if (row.state !== 'waiting') throw new ExportOver(id)
  const progress = await tx
    .deleteFrom('export_progress')
    .where('workspace_id', '=', workspaceId)
    .where('export_id', '=', id)
    .returning('rows')
    .executeTakeFirst()
  await tx
    .updateTable('export')
    .set({ completed_at: now, ...outcome })
    .where('workspace_id', '=', workspaceId)
    .where('export_id', '=', id)
    .execute()
  return { rows: progress?.rows ?? 0, format: row.format }
}

const about = { kind: 'export', field: 'id' } as const

export const completeExportCommand = defineCommandHandler(
  defineCommand({
    name: 'export.complete',
    access: 'internal',
    summary: 'The file of an export is written',
    input: z.strictObject({ id: ExportId, ...exportCompleted.data.shape }),
    output: z.strictObject({}),
    records: [exportCompleted],
    subject: about,
  }),
  {
    handle: async (context, { id, ...facts }) => {
      const hours = Number(await readSetting(context.tx, context.workspaceId, 'export.keep_hours'))
      await endExport(context, id, {
        state: 'done',
        rows: facts.rows,
        bytes: facts.bytes,
        sha256: facts.sha256,
        first_position: facts.firstPosition,
        last_position: facts.lastPosition,
        truncated: facts.truncated,
        expires_at: addMicros(context.now, hours * HOUR_MICROS),
      })
      context.record(exportCompleted, facts, { subject: { id } })
      return {}
    },
  },
)

export const failExportCommand = defineCommandHandler(
  defineCommand({
    name: 'export.fail',
    access: 'internal',
    summary: 'An export cannot be written',
    input: z.strictObject({ id: ExportId, code: z.string() }),
    output: z.strictObject({}),
    records: [exportFailed],
    subject: about,
  }),
  {
    handle: async (context, { id, code }) => {
      await endExport(context, id, { state: 'failed', code })
      context.record(exportFailed, { code }, { subject: { id } })
      return {}
    },
  },
)

export const createExpireExport = (port: Pick<ExportPort, 'folder'>) =>
  defineCommandHandler(
    defineCommand({
      name: 'export.expire',
      access: 'internal',
      summary: 'The time of an export is over: its file is removed',
      input: z.strictObject({ id: ExportId }),
      output: z.strictObject({}),
      records: [exportRemoved],
      subject: about,
    }),
    {
      handle: async (context, { id }) => {
        const { tx, workspaceId } = context
        const row = await tx
          .updateTable('export')
          .set({ state: 'removed', code: 'expired' })
          .where('workspace_id', '=', workspaceId)
          .where('export_id', '=', id)
          .where('state', '=', 'done')
          .returning('format')
          .executeTakeFirst()
        if (!row) throw new ExportOver(id)
        // before the commit: a crash leaves an export without its file, never a file that should have gone
        await removeFile(port.folder, workspaceId, id, row.format)
        context.record(exportRemoved, { cause: 'expired' }, { subject: { id } })
        return {}
      },
    },
  )

/** Asks for the export of a schedule that is due, as whoever made it, over the period before. */
export const createRunSchedule = (port: ExportPort) =>
  defineCommandHandler(
    defineCommand({
      name: 'export.run_schedule',
      access: 'internal',
      summary: 'Ask for an export that is due again',
      input: z.strictObject({ id: ExportScheduleId }),
      output: z.strictObject({}),
      records: [exportRequested],
      subject: { kind: 'export_schedule', field: 'id' },
    }),
    {
      handle: async (context, { id }) => {
        const { tx, workspaceId, now } = context
        const row = await tx
          .selectFrom('export_schedule')
          .selectAll()
          .where('workspace_id', '=', workspaceId)
          .where('schedule_id', '=', id)
          .forUpdate()
          .executeTakeFirst()
        if (!row || row.next_at > now) throw new ExportOver(id)
        const rhythm = row.every as z.output<typeof scheduleExport.input>['every'] // the contract admitted it
        const filter = { ...openFilter(port.secret, workspaceId, id, row), ...previousPeriod(rhythm, now) }
        const wanted = {
          format: row.format,
          parts: row.parts,
          options: row.options,
          filter,
        } as unknown as Wanted
        await addExport(context, port, wanted, recallCaller(row.caller), id)
        await tx
          .updateTable('export_schedule')
          .set({ next_at: nextRun(rhythm, now) })
          .where('workspace_id', '=', workspaceId)
          .where('schedule_id', '=', id)
          .execute()
        return {}
      },
    },
  )
