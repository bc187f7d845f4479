import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, type Result } from './command.ts'
import { runQuery } from './execute.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

/**
 * `retention`: what would go, what was asked for, and doing what was approved. Asking and approving take two persons, who
 * sign in: a command line is nobody.
 */
export const retentionCommand: CliCommand = {
  name: 'retention',
  synopsis: 'retention [--list | --run] [--workspace ID]',
  summary: 'show what would be destroyed by rule; list what was asked for; do what two persons approved',
  options: {
    list: { type: 'boolean' },
    run: { type: 'boolean' },
    workspace: { type: 'string' },
  },
  run: async invocation => {
    const { list, run } = invocation.options
    if (list && run) throw usage('give either --list or --run')
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      await desk.settle()
      if (list) return await listRuns(desk, invocation)
      return run ? await doApproved(desk, invocation) : await preview(desk, invocation)
    } finally {
      await desk.close()
    }
  },
}

async function preview(desk: OpenDesk, { say }: Invocation): Promise<Result> {
  const found = await runQuery(desk, 'retention.preview', {})
  for (const { month, area, what, count } of found.items) say(`${month}  ${area}  ${count} ${what}`)
  for (const { kind, cause, entries, parts } of found.held)
    say(`A hold on a ${kind} (${cause}) keeps ${entries} entries and ${parts} parts.`)
  if (found.unarchived > 0) say(`${found.unarchived} entries wait until an archive holds them.`)
  say(
    found.items.length === 0
      ? 'Nothing would go.'
      : `${found.entries} whole entries with everything in them, and ${found.parts} parts of other entries, would go, once two persons agree (the screen Retention).`,
  )
  return { exitCode: 0, json: found }
}

/** The preview counts parts only where a rule is about them; whole entries take theirs along. */
const ofParts = (gone: number, parts: number): string =>
  parts > 0 ? `${gone} of ${parts} parts` : `${gone} parts with them`

async function listRuns(desk: OpenDesk, { say }: Invocation): Promise<Result> {
  const { items } = await runQuery(desk, 'retention.runs', {})
  for (const { requestedAt, state, entries, parts, entriesGone, partsGone } of items)
    say(`${requestedAt}  ${state}  ${entriesGone} of ${entries} entries, ${ofParts(partsGone, parts)}`)
  if (items.length === 0) say('Nothing was ever asked to be destroyed.')
  return { exitCode: 0, json: { items } }
}

/** A running server does the same by itself; both take turns, step by step. */
async function doApproved(desk: OpenDesk, invocation: Invocation): Promise<Result> {
  const approved = async () =>
    (await runQuery(desk, 'retention.runs', {})).items.filter(({ state }) => state === 'running')
  const before = await approved()
  if (before.length === 0)
    throw new CliError(2, 'retention.not_running', 'Nothing is approved and left to do.')
  await desk.node.retentionKeeper.workOnce()
  await desk.settle()
  const ids = new Set(before.map(({ id }) => id))
  const items = (await runQuery(desk, 'retention.runs', {})).items.filter(({ id }) => ids.has(id))
  for (const { state, entriesGone, partsGone } of items)
    invocation.say(`${state}: ${entriesGone} entries and ${partsGone} parts were destroyed.`)
  return { exitCode: items.every(({ state }) => state === 'done') ? 0 : 1, json: { items } }
}
