import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrustFile, RemoteError, type RemoteTrust } from '@tracedesk/proof/node'
import { z } from 'zod'
import { VERSION } from '../../boot.ts'
import { ResumeError } from '../../ledger/resume-error.ts'
import { SubjectKeys } from '../../ledger/subject-keys.ts'
import { type LedgerReport, verifyLedger } from '../../ledger/verify.ts'
import { verifyRemote } from '../../ledger/verify-http.ts'
import type { WitnessAddress } from '../../ledger/witness-view.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, type Result } from './command.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'
import { verifyArchiveFolder } from './verify-archive-folder.ts'
import { verifyBundleOnDisk } from './verify-bundle.ts'

export const verifyCommand: CliCommand = {
  name: 'verify',
  synopsis:
    'verify [--parts] [--resume FILE] [--workspace ID] | verify --from URL|BUNDLE.zip|ARCHIVE-FOLDER [--token TOKEN] [--vkey KEY | --trust FILE] [--witness "URL KEY"] [--tsa-ca FILE]',
  summary:
    'prove that nothing recorded was changed, in the database, over HTTP, in a bundle of evidence or in an archive',
  options: {
    from: { type: 'string' },
    token: { type: 'string' },
    vkey: { type: 'string' },
    witness: { type: 'string' },
    'tsa-ca': { type: 'string' },
    trust: { type: 'string' },
    parts: { type: 'boolean' },
    resume: { type: 'string' },
    workspace: { type: 'string' },
  },
  run: invocation => (optional(invocation, 'from') ? verifyFrom(invocation) : verifyHere(invocation)),
}

async function verifyHere(invocation: Invocation): Promise<Result> {
  for (const name of ['token', 'vkey', 'trust', 'witness'])
    if (invocation.options[name]) throw usage(`--${name} goes with --from`)
  const file = optional(invocation, 'resume')
  const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
  try {
    if (desk.alone) await settleLeftovers(desk)
    const report = await verifyLedger({
      databases: desk.node.databases,
      workspaceId: desk.workspaceId,
      signerFolder: join(desk.config.dataDir, 'signer'),
      secret: desk.secret,
      askWitnesses: { allowPrivate: desk.config.allowPrivateTargets },
      ...(invocation.options.parts ? { openPartsWith: new SubjectKeys(desk.secret) } : {}),
      ...(file ? { resume: { file, version: VERSION } } : {}),
      onProgress: ({ done, of }) => invocation.progress.show(`verified ${done} of ${of} entries`),
      signal: invocation.signal,
    })
    invocation.progress.clear()
    describe(invocation, report)
    for (const { entryId, at, by, finding } of report.acknowledged)
      invocation.say(
        `Acknowledged: the forged row ${finding.entryId}, put aside at ${finding.rejectedAt}, by ${by.kind}${by.id ? ` ${by.id}` : ''} at ${at} (entry ${entryId}).`,
      )
    for (const remark of report.remarks) invocation.say(`Remark: ${remark}.`)
    if (report.resumed)
      invocation.say(
        `Remark: what lies before position ${report.resumed.position} was verified by the run that stopped at ${report.resumed.savedAt}, and not again.`,
      )
    return { exitCode: report.verdict === 'ok' ? 0 : 1, json: report }
  } catch (error) {
    throw explainResume(error, file, invocation.signal)
  } finally {
    await desk.close()
  }
}

/** Why a kept verification is not gone on with, or that one was interrupted and where it is kept. */
function explainResume(error: unknown, file: string | undefined, signal: AbortSignal): unknown {
  if (error instanceof ResumeError)
    return new CliError(
      2,
      error.code,
      `${file} cannot be gone on with: ${error.message}. Remove it to verify from the first entry.`,
    )
  if (file && signal.aborted && error === signal.reason)
    return new CliError(3, 'interrupted', `interrupted; the same command goes on from what ${file} holds`)
  return error
}

/**
 * What a server that died left in the queue is ours to put into the tree; a running one does it itself. A damaged tree
 * cannot grow: then verification itself says why.
 */
async function settleLeftovers(desk: OpenDesk): Promise<void> {
  try {
    await desk.settle()
  } catch (error) {
    desk.node.options.log.warn({ err: error as Error }, 'what waits could not be put into the tree')
  }
}

const TrustFile = z.strictObject({
  origin: z.string().optional(),
  vkeys: z.array(z.string()).min(1),
  checkpoints: z.array(z.string()).optional(),
})

/** Notes that somebody added to their trust file. */
const KeptNotes = z.object({ checkpoints: z.array(z.string()).optional() })

async function verifyFrom(invocation: Invocation): Promise<Result> {
  const url = optional(invocation, 'from') ?? ''
  if (!/^https?:/.test(url)) {
    if (url.endsWith('.zip')) return verifyBundleOnDisk(invocation, url)
    if (isFolder(url)) return verifyArchiveFolder(invocation, url)
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw usage('--from is a URL like https://desk.example, a bundle.zip, or the folder of an archive')
  for (const name of ['parts', 'resume'])
    if (invocation.options[name]) throw usage(`--${name} needs the database and its keys`)
  try {
    const report = await verifyRemote({
      url,
      token: optional(invocation, 'token') ?? invocation.env.TRACEDESK_TOKEN,
      trust: readTrust(invocation),
      witness: readWitness(invocation),
      onProgress: ({ done, of }) => invocation.progress.show(`verified ${done} of ${of} entries`),
      signal: invocation.signal,
    })
    invocation.progress.clear()
    describe(invocation, report)
    for (const remark of report.remarks) invocation.say(`Remark: ${remark}.`)
    if (report.keysFrom === 'server')
      invocation.say(
        'Remark: the key came from the server itself, so this proves only that the server agrees with itself. Give --vkey or --trust with a key you got another way.',
      )
    return { exitCode: report.verdict === 'ok' ? 0 : 1, json: report }
  } catch (error) {
    if (error instanceof RemoteError) throw new CliError(3, 'remote.unreachable', error.message)
    throw error
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** A witness to ask itself: its address and verifier key, as the setting has them. */
function readWitness(invocation: Invocation): WitnessAddress | undefined {
  const given = optional(invocation, 'witness')
  if (given === undefined) return undefined
  const [url = '', vkey = '', ...rest] = given.trim().split(/\s+/)
  if (rest.length > 0 || !/^https?:\/\//.test(url) || vkey === '')
    throw usage('--witness is an address and a key: "https://witness.example KEY"')
  return { url, vkey }
}

function readTrust(invocation: Invocation): RemoteTrust | null {
  const vkey = optional(invocation, 'vkey')
  const file = optional(invocation, 'trust')
  if (vkey && file) throw usage('give either --vkey or --trust')
  if (vkey) return { vkeys: [vkey] }
  if (!file) return null
  try {
    const text = readFileSync(file, 'utf8')
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content !== null && 'format' in content) {
      const { origin, keys, earlier } = parseTrustFile(text)
      const { checkpoints } = KeptNotes.parse(content)
      return { origin, vkeys: keys.map(({ vkey }) => vkey), keys, earlier, checkpoints }
    }
    return TrustFile.parse(content)
  } catch (error) {
    const cause = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : (error as Error).message
    throw usage(`the trust file ${file} cannot be used: ${cause}`)
  }
}

type Described = Pick<LedgerReport, 'size' | 'checkedEntries' | 'findingCount' | 'seconds' | 'checkpoint'> & {
  readonly verdict: string
  readonly findings: readonly {
    readonly verdict: string
    readonly position?: number | null
    readonly entryId?: string
    readonly detail: string
  }[]
}

function describe(invocation: Invocation, report: Omit<Described, 'checkpoint'>): void {
  const rate = Math.round(report.checkedEntries / report.seconds)
  const spent = `${report.checkedEntries} entries in ${report.seconds.toFixed(1)} s (${rate}/s)`
  if (report.verdict === 'ok') {
    invocation.say(`ok: nothing recorded was changed. Checked ${spent}.`)
    return
  }
  invocation.say(`${report.verdict}: ${report.findingCount} findings. Checked ${spent}.`)
  for (const { verdict, position, entryId, detail } of report.findings) {
    const where = [
      typeof position === 'number' ? `position ${position}` : '',
      entryId ? `entry ${entryId}` : '',
    ]
      .filter(Boolean)
      .join(', ')
    invocation.say(`- ${verdict}${where ? ` at ${where}` : ''}: ${detail}`)
  }
  const hidden = report.findingCount - report.findings.length
  if (hidden > 0) invocation.say(`… and ${hidden} more`)
}
