import {
  ArchiveId,
  type ArchivePolicy,
  archiveFailed,
  archivePolicySet,
  archiveRequested,
  archiveResumed,
  archiveStopped,
  archiveVerified,
  archiveWritten,
  defineCommand,
  requestArchive,
  resumeArchive,
  setArchivePolicy,
  stopArchive,
  verifyArchive,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { encodeManifest } from './manifest.ts'
import type { ArchivePort } from './port.ts'
import { verifyDone } from './read-archive.ts'
import {
  closedMonths,
  coveredOf,
  hasEntries,
  type LockedArchive,
  lockArchive,
  NO_POLICY,
  readPolicy,
  settleArchive,
} from './store.ts'
import type { ArchiveReport } from './verify-archive.ts'
import type { WrittenArchive } from './write-archive.ts'

/** Its outcome stands already; nothing is recorded then. */
export class ArchiveOver extends RecordedRefusal {
  constructor(archiveId: string) {
    super(
      'archive.not_waiting',
      { archiveId },
      { message: `the archive ${archiveId} is not written any more` },
    )
  }
}

async function setPolicy(context: CommandContext, policy: ArchivePolicy): Promise<void> {
  const { tx, workspaceId } = context
  const before = await readPolicy(tx, workspaceId)
  const columns = {
    enabled: policy.enabled,
    after_days: policy.afterDays,
    required: policy.required,
    with_parts: policy.withParts,
    lock_days: policy.lockDays,
  }
  await tx
    .insertInto('archive_policy')
    .values({ workspace_id: workspaceId, ...columns })
    .onConflict(conflict => conflict.column('workspace_id').doUpdateSet(columns))
    .execute()
  context.record(archivePolicySet, { ...policy, before }, { subject: { id: workspaceId } })
}

/** The commands of the archive. `wake` starts the writer once something waits. */
export function createArchiveCommands(port: ArchivePort, wake: () => void): Command[] {
  const set = defineCommandHandler(setArchivePolicy, {
    handle: async (context, policy) => {
      // retention would wait for ever for what nothing writes
      if (!port.archive && (policy.enabled || policy.required))
        throw new ConsoleError('archive.not_configured')
      await setPolicy(context, policy)
      context.afterCommit(wake)
      return {}
    },
  })
  const request = createRequestArchive(port, wake)
  const stop = defineCommandHandler(stopArchive, {
    handle: async (context, { archiveId }) => {
      const archive = await lockArchive(context.tx, context.workspaceId, archiveId)
      if (archive.state !== 'waiting') throw new ConsoleError('archive.not_waiting', { archiveId })
      await setState(context, archive, 'stopped', null)
      context.record(archiveStopped, { month: archive.month }, { subject: { id: archiveId } })
      return {}
    },
  })
  const resume = defineCommandHandler(resumeArchive, {
    handle: async (context, { archiveId }) => {
      const archive = await lockArchive(context.tx, context.workspaceId, archiveId)
      if (archive.state !== 'stopped' && archive.state !== 'failed')
        throw new ConsoleError('archive.not_stopped', { archiveId })
      await setState(context, archive, 'waiting', null)
      context.record(archiveResumed, { month: archive.month }, { subject: { id: archiveId } })
      context.afterCommit(wake)
      return {}
    },
  })
  return [set, request, stop, resume, createVerifyArchive(port)] as unknown as Command[]
}

/** Asks for a month. The policy runs it as the rule it is. */
export const createRequestArchive = (port: Pick<ArchivePort, 'archive'>, wake: () => void) =>
  defineCommandHandler(requestArchive, {
    handle: async (context, { month }) => {
      if (!port.archive) throw new ConsoleError('archive.not_configured')
      const id = await addArchive(context, month)
      context.afterCommit(wake)
      return { archive: { id: id as never } } // branded id
    },
  })

async function addArchive(context: CommandContext, month: string): Promise<string> {
  const { tx, workspaceId, now, caller } = context
  if (!(await closedMonths(tx, 0)).includes(month)) throw new ConsoleError('archive.month_open', { month })
  const open = await tx
    .selectFrom('archive')
    .select('archive_id')
    .where('workspace_id', '=', workspaceId)
    .where('month', '=', `${month}-01`)
    .where('state', '<>', 'done')
    .executeTakeFirst()
  if (open) throw new ConsoleError('archive.open', { archiveId: open.archive_id })
  const { reach: since } = await coveredOf(tx, workspaceId, month)
  if (!(await hasEntries(tx, workspaceId, month, since)))
    throw new ConsoleError('archive.nothing_new', { month })
  const head = await tx
    .selectFrom('log_head')
    .select('size')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  const policy = (await readPolicy(tx, workspaceId)) ?? NO_POLICY
  const id = newId()
  await tx
    .insertInto('archive')
    .values({
      workspace_id: workspaceId,
      archive_id: id,
      month: `${month}-01`,
      state: 'waiting',
      since,
      size: head.size,
      with_parts: policy.withParts,
      lock_days: policy.lockDays,
      requested_by: caller.actor.kind === 'agent' ? caller.actor.id : null,
      requested_at: now,
    })
    .execute()
  context.record(archiveRequested, { month, sincePosition: since, size: head.size }, { subject: { id } })
  return id
}

async function setState(
  { tx, now }: CommandContext,
  { workspaceId, id }: LockedArchive,
  state: 'waiting' | 'stopped' | 'failed',
  code: string | null,
): Promise<void> {
  await tx
    .updateTable('archive')
    .set({ state, code, ended_at: state === 'waiting' ? null : now })
    .where('workspace_id', '=', workspaceId)
    .where('archive_id', '=', id)
    .execute()
  // whoever goes on with it begins its attempts anew
  await tx
    .updateTable('archive_progress')
    .set({ attempts: 0 })
    .where('workspace_id', '=', workspaceId)
    .where('archive_id', '=', id)
    .execute()
}

async function lockWaiting({ tx, workspaceId }: CommandContext, archiveId: string): Promise<LockedArchive> {
  const archive = await lockArchive(tx, workspaceId, archiveId)
  if (archive.state !== 'waiting') throw new ArchiveOver(archiveId)
  return archive
}

const about = { kind: 'archive', field: 'archiveId' } as const

/** Records a month that was written, read back and verified; the writer runs it. */
export const finishArchiveCommand = defineCommandHandler(
  defineCommand({
    name: 'archive.write',
    access: 'internal',
    summary: 'A month is in the archive, read back and verified',
    input: z.strictObject({ archiveId: ArchiveId, written: z.custom<WrittenArchive>() }),
    output: z.strictObject({}),
    records: [archiveWritten],
    subject: about,
  }),
  {
    handle: async (context, { archiveId, written }) => {
      const archive = await lockWaiting(context, archiveId)
      const { manifest, key, sha256, bytes, checkpoint, lockedUntil } = written
      const bundles = manifest.files.filter(({ kind }) => kind === 'bundle')
      const from = Math.min(...bundles.map(file => file.from))
      const to = Math.max(...bundles.map(file => file.to))
      await settleArchive(context.tx, archive, context.now, {
        manifest,
        key,
        manifestBytes: encodeManifest(manifest).length,
        sha256,
        bytes,
        from,
        to,
        lockedUntil,
      })
      await context.tx
        .deleteFrom('archive_progress')
        .where('workspace_id', '=', context.workspaceId)
        .where('archive_id', '=', archiveId)
        .execute()
      context.record(
        archiveWritten,
        {
          month: archive.month,
          entries: manifest.entries,
          parts: manifest.parts,
          fromPosition: from,
          toPosition: to,
          size: archive.size,
          files: manifest.files.length + 1,
          bytes,
          sha256,
          checkpoint,
          lockedUntil,
        },
        { subject: { id: archiveId } },
      )
      return {}
    },
  },
)

/** Records that a month cannot be written for now; somebody has to look. */
export const failArchiveCommand = defineCommandHandler(
  defineCommand({
    name: 'archive.fail',
    access: 'internal',
    summary: 'A month cannot be archived',
    input: z.strictObject({ archiveId: ArchiveId, code: z.string() }),
    output: z.strictObject({}),
    records: [archiveFailed],
    subject: about,
  }),
  {
    handle: async (context, { archiveId, code }) => {
      const archive = await lockWaiting(context, archiveId)
      await setState(context, archive, 'failed', code)
      context.record(archiveFailed, { month: archive.month, code }, { subject: { id: archiveId } })
      return {}
    },
  },
)

interface Verified {
  readonly month: string
  readonly report: ArchiveReport
}

const createVerifyArchive = (port: ArchivePort) =>
  defineCommandHandler(verifyArchive, {
    prepare: ({ archiveId }, { workspaceId }) => verifyDone(port, workspaceId, archiveId),
    handle: async (context, { archiveId }, { month, report }: Verified) => {
      const { tx, workspaceId, now } = context
      const [first] = report.findings
      const { verdict, files, entries } = report
      await tx
        .updateTable('archive')
        .set({ verified_at: now, verdict })
        .where('workspace_id', '=', workspaceId)
        .where('archive_id', '=', archiveId)
        .execute()
      const facts = { verdict, file: first?.file ?? null, files, entries }
      context.record(archiveVerified, { month, ...facts }, { subject: { id: archiveId } })
      return { ...facts, detail: first?.detail ?? '' }
    },
  })
