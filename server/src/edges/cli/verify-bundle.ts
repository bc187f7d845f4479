import { open, readFile } from 'node:fs/promises'
import {
  type BundleReport,
  type ByteSource,
  ProofError,
  readTrust,
  type TrustFile,
  verifyBundleFile,
} from '@tracedesk/proof/node'
import { verifyTimestampToken } from '../../ledger/timestamp.ts'
import { CliError, usage } from './cli-error.ts'
import { type Invocation, optional, type Result } from './command.ts'

/**
 * Verifies an evidence bundle in a file, without a server, a database or a network. The trust is that of `--vkey` or
 * `--trust`; without either the best verdict is `consistent_only`, which is a finding.
 */
export async function verifyBundleOnDisk(invocation: Invocation, path: string): Promise<Result> {
  const others = ['parts', 'resume', 'token', 'workspace'] as const
  if (others.some(name => invocation.options[name]))
    throw usage('a bundle is verified with --vkey or --trust only')
  const trust = await readTrustOption(invocation)
  const { source, close } = await openSource(path)
  try {
    const report = await verifyBundleFile(source, trust, {
      onProgress: ({ done, of }) => {
        if (invocation.signal.aborted) throw new CliError(3, 'interrupted', 'interrupted')
        invocation.progress.show(`verified ${done} of ${of} entries`)
      },
    })
    invocation.progress.clear()
    sayReport(invocation, report)
    const anchors = await judgeAnchors(invocation, report)
    const bad = anchors.some(({ timestamps }) => timestamps.some(({ verdict }) => isBad(verdict)))
    return { exitCode: report.verdict === 'ok' && !bad ? 0 : 1, json: { ...summaryOf(report), anchors } }
  } finally {
    await close()
  }
}

async function openSource(path: string): Promise<{ source: ByteSource; close: () => Promise<void> }> {
  const file = await open(path).catch(error => {
    throw usage(`the bundle ${path} cannot be read: ${(error as Error).message}`)
  })
  const { size } = await file.stat()
  const read = async (at: number, length: number) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, at)
    return buffer.subarray(0, bytesRead)
  }
  return { source: { size, read }, close: () => file.close() }
}

/** The trust of `--vkey` or `--trust`; null without either. */
export async function readTrustOption(invocation: Invocation): Promise<TrustFile | null> {
  const vkey = optional(invocation, 'vkey')
  const file = optional(invocation, 'trust')
  if (vkey && file) throw usage('give either --vkey or --trust')
  if (!vkey && !file) return null
  try {
    return readTrust(vkey ?? (await readFile(file ?? '', 'utf8')))
  } catch (error) {
    if (!(error instanceof ProofError) && !(error instanceof Error && 'code' in error)) throw error
    throw usage(`the trust cannot be used: ${(error as Error).message}`)
  }
}

function sayReport({ say }: Invocation, report: BundleReport): void {
  const { verdict, findings, findingCount, manifest, entries, closed } = report
  const range = manifest ? `${manifest.origin}, positions ${manifest.range.from} to ${manifest.range.to}` : ''
  if (verdict === 'ok')
    say(`ok: ${range}. ${entries} entries, ${closed} of them closed, are those of the signed log.`)
  else if (verdict === 'consistent_only')
    say(
      `consistent_only: ${range}. The bundle agrees with itself, but without --vkey or --trust nothing is proven about who made it.`,
    )
  else say(`${verdict}: ${findingCount} findings.`)
  for (const { verdict: found, position, detail } of findings)
    say(`  ${found}${position === null ? '' : ` at position ${position}`}: ${detail}`)
  if (findingCount > findings.length) say(`  … and ${findingCount - findings.length} more`)
}

const isBad = (verdict: string): boolean => verdict !== 'ok' && verdict !== 'imprint_only'

/** What outsiders confirmed. A timestamp's signature is checked with the authority's certificate of `--tsa-ca`. */
async function judgeAnchors(invocation: Invocation, { anchors }: BundleReport) {
  const file = optional(invocation, 'tsa-ca')
  const roots = file ? await readFile(file, 'utf8').catch(() => null) : undefined
  if (roots === null) throw usage(`the certificate ${file} cannot be read`)
  const judged = []
  for (const { size, note, witnessedBy, timestamps } of anchors) {
    const stamps: { name: string; time: string; verdict: string }[] = []
    for (const { name, time, token } of timestamps) {
      const content = Buffer.from(note)
      const checked = roots ? await verifyTimestampToken(Buffer.from(token), { content, roots }) : null
      stamps.push({ name, time, verdict: checked?.verdict ?? 'imprint_only' })
    }
    const witnesses = witnessedBy.map(({ name }) => name)
    judged.push({ size, witnessedBy: witnesses, timestamps: stamps })
    for (const name of witnesses)
      invocation.say(`  confirmed by the witness ${name} in a head of ${size} entries`)
    for (const { name, time, verdict } of stamps)
      invocation.say(
        verdict === 'imprint_only'
          ? `  timestamp ${time} of ${name} over a head of ${size} entries; its signature takes --tsa-ca`
          : `  timestamp ${time} of ${name} over a head of ${size} entries: ${verdict}`,
      )
  }
  return judged
}

/** What `--json` prints: the report without what only a screen needs. */
function summaryOf({ anchors: _, checkpoint, record, signedBy, witnessedBy, ...report }: BundleReport) {
  return {
    ...report,
    signedSize: checkpoint?.size ?? null,
    signedBy: signedBy.map(({ vkey }) => vkey),
    witnessedBy,
    recordPosition: record?.position ?? null,
  }
}
