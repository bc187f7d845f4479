import { setTimeout as sleep } from 'node:timers/promises'
import { Month, requestArchive, verifyArchive } from '@tracedesk/contracts'
import type { z } from 'zod'
import { operatorCaller } from '../../command/caller.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, type Result } from './command.ts'
import { execute, runQuery } from './execute.ts'
import { keepSigning } from './keep-signing.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

const POLL_MS = 300

/** `archive`: writes closed months, lists what is there, reads it again. */
export const archiveCommand: CliCommand = {
  name: 'archive',
  synopsis: 'archive [--month YYYY-MM] [--list | --verify]',
  summary: 'write closed months of the log into the archive (ARCHIVE_URL), list them, or read them again',
  options: {
    month: { type: 'string' },
    list: { type: 'boolean' },
    verify: { type: 'boolean' },
    workspace: { type: 'string' },
  },
  run: async invocation => {
    const month = optional(invocation, 'month')
    const { list, verify } = invocation.options
    if (month !== undefined && !Month.safeParse(month).success) throw usage('--month is a month like 2026-10')
    if (list && verify) throw usage('give either --list or --verify')
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      if (list) return await listAll(desk, invocation, month)
      return verify ? await verifyAll(desk, invocation, month) : await writeAll(desk, invocation, month)
    } finally {
      await desk.close()
    }
  },
}

const readList = async (desk: OpenDesk, month: string | undefined) => {
  const { items, open } = await runQuery(desk, 'archive.list', {})
  return {
    items: items.filter(item => month === undefined || item.month === month).toReversed(),
    open: open.filter(item => month === undefined || item.month === month),
  }
}

async function listAll(desk: OpenDesk, { say }: Invocation, month: string | undefined): Promise<Result> {
  const { items, open } = await readList(desk, month)
  for (const { month: of, state, entries, files, bytes, verdict, sha256 } of items)
    say(
      `${of}  ${state}${entries === null ? '' : `  ${entries} entries, ${files} files, ${bytes} bytes, ${verdict}, manifest SHA-256 ${sha256}`}`,
    )
  for (const { month: of, isNew } of open)
    say(`${of}  ${isNew ? 'not archived' : 'has entries that came later'}`)
  if (items.length + open.length === 0) say('Nothing is archived, and no month is over.')
  return { exitCode: 0, json: { items, open } }
}

/** Alone, the signatures that bundles wait for are ours to give; a running server gives them itself. */
async function signingWhile<T>(desk: OpenDesk, work: () => Promise<T>): Promise<T> {
  const signing = desk.alone ? keepSigning(() => desk.settle()) : null
  return work().finally(() => signing?.stop())
}

async function verifyAll(desk: OpenDesk, invocation: Invocation, month: string | undefined): Promise<Result> {
  const { items } = await readList(desk, month)
  const done = items.filter(({ state }) => state === 'done')
  if (done.length === 0) throw new CliError(2, 'archive.not_found', 'There is no finished archive.')
  const reports: (z.output<typeof verifyArchive.output> & { month: string })[] = []
  for (const { id, month: of } of done) {
    invocation.progress.show(`reading ${of}`)
    const report = await execute(desk, verifyArchive, { archiveId: id })
    invocation.progress.clear()
    const where = report.file === null ? '' : ` in ${report.file}: ${report.detail}`
    invocation.say(`${of}  ${report.verdict}${where} (${report.entries} entries in ${report.files} files)`)
    reports.push({ month: of, ...report })
  }
  await desk.settle()
  const isFine = reports.every(({ verdict }) => verdict === 'ok')
  return { exitCode: isFine ? 0 : 1, json: { archives: reports } }
}

async function writeAll(desk: OpenDesk, invocation: Invocation, month: string | undefined): Promise<Result> {
  await desk.settle()
  const { open } = await readList(desk, month)
  const months = month === undefined ? open.map(item => item.month) : [month]
  if (months.length === 0) {
    invocation.say('The archive holds every month that is over.')
    return { exitCode: 0, json: { archives: [] } }
  }
  const written = await signingWhile(desk, async () => {
    const asked: string[] = []
    for (const of of months)
      asked.push(
        (await execute(desk, requestArchive, { month: of }, operatorCaller(desk.workspaceId))).archive.id,
      )
    await waitFor(desk, invocation, asked)
    return asked
  })
  await desk.settle()
  const { items } = await readList(desk, undefined)
  const mine = items.filter(({ id }) => written.includes(id))
  for (const { month: of, state, entries, files, code } of mine)
    invocation.say(
      state === 'done' ? `${of}  ${entries} entries in ${files} files` : `${of}  ${state}: ${code}`,
    )
  return { exitCode: mine.every(({ state }) => state === 'done') ? 0 : 1, json: { archives: mine } }
}

/** Writes them here, unless a running server is faster. */
async function waitFor(
  desk: OpenDesk,
  { progress, signal }: Invocation,
  ids: readonly string[],
): Promise<void> {
  for (;;) {
    await desk.node.archiveKeeper.workOnce()
    const { items } = await readList(desk, undefined)
    const left = items.filter(
      ({ id, state }) => ids.includes(id) && (state === 'waiting' || state === 'running'),
    )
    if (left.length === 0) return progress.clear()
    if (signal.aborted) throw new CliError(3, 'interrupted', 'interrupted; a running server goes on with it')
    progress.show(`${left[0]?.month}: ${left[0]?.progress} %`)
    await sleep(POLL_MS)
  }
}
