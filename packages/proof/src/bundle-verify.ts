import { type AnchorReport, checkAnchor } from './bundle-anchors.ts'
import { type BundleEntry, EntryChecker, joinEntries } from './bundle-entries.ts'
import { type BundleName, checkRecord, readContext } from './bundle-links.ts'
import {
  type BundleManifest,
  type BundleSeal,
  isDigest,
  type MemberDigest,
  OUTER_MEMBERS,
  parseManifest,
  parseSeal,
  unpackHashes,
} from './bundle-manifest.ts'
import { checkAfter, checkBefore } from './bundle-notes.ts'
import { closeRange, openRange } from './bundle-range.ts'
import { type BundleFinding, BundleProblem, type BundleVerdict } from './bundle-verdict.ts'
import { concatBytes, equalBytes, toHex } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Leaf } from './leaf.ts'
import type { VerifiedSignature } from './note.ts'
import { sha256 } from './sha256.ts'
import { Sha256Stream } from './sha256-stream.ts'
import type { Frontier } from './tree.ts'
import type { TrustFile } from './trust-file.ts'
import { type BundleMember, type ByteSource, openZip } from './zip-read.ts'

export type BundleReport = {
  /** `ok`, `consistent_only` when no trust was given, or that of the first finding. */
  readonly verdict: BundleVerdict
  /** First bad position of the first finding, null when that is not known or nothing is wrong. */
  readonly position: number | null
  readonly detail: string
  /** The first hundred, those with a position first. */
  readonly findings: readonly BundleFinding[]
  readonly findingCount: number
  /** What could be read; not to be believed unless the verdict is `ok`. */
  readonly manifest: BundleManifest | null
  readonly checkpoint: Checkpoint | null
  readonly signedBy: readonly VerifiedSignature[]
  readonly witnessedBy: readonly VerifiedSignature[]
  /** Heads over the range that outsiders confirmed, as far as that can be checked without certificates. */
  readonly anchors: readonly AnchorReport[]
  /** The entry by which the log itself says that this bundle was made. */
  readonly record: { readonly position: number; readonly leaf: Leaf } | null
  readonly entries: number
  readonly closed: number
}

export type BundleOptions = {
  /** Told of each entry in order, as soon as it has been looked at. */
  readonly onEntry?: (entry: BundleEntry) => void
  /** Told once, before the first entry: names by the id of the entry that brought them. */
  readonly onNames?: (names: ReadonlyMap<string, BundleName>) => void
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void
}

/** Verifies a bundle as a file. Never throws for what is in the file: whatever it is, it is a verdict. */
export async function verifyBundleFile(
  source: ByteSource,
  trust: TrustFile | null,
  options: BundleOptions = {},
): Promise<BundleReport> {
  const run = new BundleRun(trust, options)
  return run.report(async () => run.verify(await openZip(source)))
}

/**
 * Verifies the members of a bundle against the trust of whoever verifies (docs/evidence-bundle.md). Without trust
 * the best verdict is `consistent_only`. Throws only for a trust that is malformed (`bad_vkey`).
 */
export async function verifyBundle(
  members: readonly BundleMember[],
  trust: TrustFile | null,
  options: BundleOptions = {},
): Promise<BundleReport> {
  const run = new BundleRun(trust, options)
  return run.report(() => run.verify(members))
}

const KEPT = 100
const WHOLE_BYTES = 1_100_000

class BundleRun {
  readonly #trust: TrustFile | null
  readonly #options: BundleOptions
  readonly #findings: BundleFinding[] = []
  #findingCount = 0
  #members = new Map<string, BundleMember>()
  #manifest: BundleManifest | null = null
  #checkpoint: Checkpoint | null = null
  #signedBy: readonly VerifiedSignature[] = []
  #witnessedBy: readonly VerifiedSignature[] = []
  #record: BundleReport['record'] = null
  #anchors: AnchorReport[] = []
  #edge: Frontier | null = null
  #entries = 0
  #closed = 0

  constructor(trust: TrustFile | null, options: BundleOptions) {
    this.#trust = trust
    this.#options = options
  }

  async report(verify: () => Promise<void>): Promise<BundleReport> {
    try {
      await verify()
    } catch (error) {
      if (!(error instanceof BundleProblem)) throw error
      this.#add(error.finding)
    }
    const rank = ({ position }: BundleFinding) => position ?? Number.POSITIVE_INFINITY
    const findings = this.#findings.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
    const [first] = findings
    return {
      verdict: first?.verdict ?? (this.#trust === null ? 'consistent_only' : 'ok'),
      position: first?.position ?? null,
      detail: first?.detail ?? '',
      findings,
      findingCount: this.#findingCount,
      manifest: this.#manifest,
      checkpoint: this.#checkpoint,
      signedBy: this.#signedBy,
      witnessedBy: this.#witnessedBy,
      anchors: this.#anchors,
      record: this.#record,
      entries: this.#entries,
      closed: this.#closed,
    }
  }

  async verify(members: readonly BundleMember[]): Promise<void> {
    for (const member of members) {
      if (this.#members.has(member.name)) throw new BundleProblem('member_duplicate', member.name)
      this.#members.set(member.name, member)
    }
    const manifestBytes = await this.#readWhole('manifest.json')
    const manifest = parseManifest(manifestBytes)
    this.#manifest = manifest
    this.#requireNames(manifest)
    const seal = parseSeal(await this.#readWhole('seal.json'))
    const head = await this.#verifyNotes(manifest, seal)
    this.#take(() => {
      this.#record = checkRecord(seal, manifest, sha256(manifestBytes), head)
    })
    await this.#verifyContext(seal, head)
    await this.#verifyEntries(manifest, seal, head)
    await this.#verifyAnchors(manifest)
    await this.#verifyRest(manifest)
  }

  /** Runs a step whose problem leaves the rest worth looking at. */
  #take(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (!(error instanceof BundleProblem)) throw error
      this.#add(error.finding)
    }
  }

  #add(finding: BundleFinding): void {
    this.#findingCount += 1
    if (this.#findings.length < KEPT) this.#findings.push(finding)
  }

  #member(name: string): BundleMember {
    const member = this.#members.get(name)
    if (member === undefined) throw new BundleProblem('member_missing', name)
    return member
  }

  /** Nothing may be there that nothing speaks of, and nothing may be spoken of that is not there. */
  #requireNames({ members }: BundleManifest): void {
    const known = new Set<string>([...OUTER_MEMBERS, ...members.map(({ name }) => name)])
    for (const name of this.#members.keys())
      if (!known.has(name)) throw new BundleProblem('member_unknown', name)
    for (const name of [...known, 'entries.ndjson', 'openings.ndjson', 'statement.html']) this.#member(name)
  }

  async #readWhole(name: string): Promise<Uint8Array> {
    const member = this.#member(name)
    if (member.size > WHOLE_BYTES) throw new BundleProblem('zip_too_large', name)
    const chunks: Uint8Array[] = []
    for await (const chunk of member.read()) chunks.push(chunk)
    return concatBytes(...chunks)
  }

  async #verifyNotes(manifest: BundleManifest, seal: BundleSeal): Promise<Checkpoint> {
    const note = await this.#readWhole('checkpoints/after.note')
    this.#compare({ name: 'checkpoints/after.note', ...seal.after }, note.length, sha256(note))
    const after = await checkAfter(note, manifest, this.#trust)
    this.#checkpoint = after.checkpoint
    this.#signedBy = after.signedBy
    this.#witnessedBy = after.witnessedBy
    for (const finding of after.findings) this.#add(finding)
    const before = this.#members.has('checkpoints/before.note')
      ? await this.#readWhole('checkpoints/before.note')
      : null
    for (const finding of await checkBefore(before, seal, manifest, after.checkpoint, this.#trust))
      this.#add(finding)
    return after.checkpoint
  }

  async #verifyContext(seal: BundleSeal, head: Checkpoint): Promise<void> {
    const digest = { name: 'context.ndjson', ...seal.context }
    const { names, findings } = await readContext(this.#digested(digest), head)
    for (const finding of findings) this.#add(finding)
    this.#options.onNames?.(names)
  }

  async #verifyEntries(manifest: BundleManifest, seal: BundleSeal, head: Checkpoint): Promise<void> {
    const { from, to } = manifest.range
    if (to >= head.size) throw new BundleProblem('range_root_mismatch', `${to} of ${head.size} entries`)
    const edge = openRange(from, unpackHashes(seal.left))
    const { disputeId, destroyed } = manifest.scope
    const checker = new EntryChecker(edge, disputeId !== undefined || destroyed !== undefined)
    const stream = joinEntries(
      from,
      this.#listed(manifest, 'entries.ndjson'),
      this.#listed(manifest, 'openings.ndjson'),
    )
    for await (const batch of stream) {
      for (const { line, openings } of batch) {
        if (line.position > to)
          throw new BundleProblem('count_mismatch', `more entries than ${to - from + 1}`, to + 1)
        this.#passOn(checker.check(line, openings))
      }
      this.#options.onProgress?.({ done: edge.size - from, of: manifest.counts.entries })
    }
    this.#entries = edge.size - from
    this.#closed = checker.closed
    this.#compareCounts(manifest, checker)
    if (edge.size <= to) return
    this.#edge = edge
    if (!equalBytes(closeRange(edge, head.size, unpackHashes(seal.right)), head.root))
      this.#add({
        verdict: 'range_root_mismatch',
        position: null,
        detail: 'the entries do not give the signed root',
      })
  }

  /** What outsiders gave is checked against the range itself; the bytes of each member are compared with the rest. */
  async #verifyAnchors(manifest: BundleManifest): Promise<void> {
    if (this.#edge === null) return
    for (const { name } of manifest.members) {
      if (!name.startsWith('anchors/')) continue
      const bytes = await this.#readWhole(name)
      const { report, findings } = await checkAnchor(bytes, name, this.#edge, manifest, this.#trust)
      if (report) this.#anchors.push(report)
      for (const finding of findings) this.#add(finding)
    }
  }

  #passOn(entry: BundleEntry): void {
    const { verdict, position, detail } = entry
    if (verdict !== 'ok' && verdict !== 'closed') this.#add({ verdict, position, detail })
    this.#options.onEntry?.(entry)
  }

  #compareCounts({ counts, range }: BundleManifest, { closed, openings }: EntryChecker): void {
    if (this.#entries === counts.entries && closed === counts.closed && openings === counts.openings) return
    const position = this.#entries < counts.entries ? range.from + this.#entries : null
    const detail = `${this.#entries} entries, ${closed} closed, ${openings} openings`
    this.#add({ verdict: 'count_mismatch', position, detail })
  }

  /** The members that nothing above has read. */
  async #verifyRest(manifest: BundleManifest): Promise<void> {
    for (const { name } of manifest.members) {
      if (name === 'entries.ndjson' || name === 'openings.ndjson') continue
      for await (const _ of this.#listed(manifest, name));
    }
  }

  #listed({ members }: BundleManifest, name: string): AsyncIterable<Uint8Array> {
    const digest = members.find(member => member.name === name)
    if (digest === undefined) throw new BundleProblem('member_missing', `${name} is not in the manifest`)
    return this.#digested(digest)
  }

  /** Passes a member's bytes on and compares them at the end with what was said of them. */
  async *#digested(digest: MemberDigest): AsyncGenerator<Uint8Array> {
    const hash = new Sha256Stream()
    let size = 0
    for await (const chunk of this.#member(digest.name).read()) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
    this.#compare(digest, size, hash.digest())
  }

  #compare({ name, size, sha256: expected }: MemberDigest, found: number, hash: Uint8Array): void {
    if (size === found && isDigest(expected, hash)) return
    this.#add({ verdict: 'member_changed', position: null, detail: `${name}: sha256 ${toHex(hash)}` })
  }
}
