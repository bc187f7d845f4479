import {
  type BundleEntry,
  type BundleVerdict,
  type Checkpoint,
  type TrustFile,
  verifyBundleFile,
} from '@tracedesk/proof/node'
import { describeFile, isGone, openSource } from './local-files.ts'
import type { ArchiveFile, ArchiveManifest } from './manifest.ts'
import { isWithin } from './month.ts'
import { PartsMalformed, readPartLines } from './sealed-parts.ts'

/** Everything that verifying an archive can find, beside what can be wrong with a bundle. */
const ARCHIVE_VERDICTS = [
  'manifest_missing',
  'manifest_malformed',
  /** The log names another manifest. */
  'manifest_changed',
  'file_missing',
  'file_changed',
  'parts_malformed',
  /** A sealed part that no entry of the bundle beside it has. */
  'parts_unknown',
  /** More or fewer entries or parts of the month than the manifest says. */
  'count_mismatch',
] as const
export type ArchiveVerdict = BundleVerdict | (typeof ARCHIVE_VERDICTS)[number]

export interface ArchiveFinding {
  readonly verdict: Exclude<ArchiveVerdict, 'ok' | 'consistent_only'>
  readonly file: string
  readonly position: number | null
  readonly detail: string
}

export interface ArchiveReport {
  /** `ok`, `consistent_only` when no trust was given, or that of the first finding. */
  readonly verdict: ArchiveVerdict
  readonly findings: readonly ArchiveFinding[]
  /** The manifest counted. */
  readonly files: number
  readonly entries: number
  readonly parts: number
  /** The newest head that a bundle is proven against. */
  readonly checkpoint: Checkpoint | null
}

/** Puts a file of an archive onto this machine; `release` when it is no longer needed. Throws as `isGone` knows. */
export type PlaceFile = (
  file: Pick<ArchiveFile, 'name' | 'bytes'>,
) => Promise<{ readonly path: string; readonly release: () => Promise<void> }>

const FINDINGS_MAX = 100

/** The parts that the entries of a bundle commit to: position → name → owner and entry. */
type Committed = Map<number, Map<string, { readonly owner: string; readonly entryId: string }>>

/** The trust that holds for an origin: the epoch in force, or one before it. Null: none is known. */
export function trustFor(trust: TrustFile | null, origin: string): TrustFile | null {
  if (!trust || trust.origin === origin) return trust
  const earlier = trust.earlier?.find(epoch => epoch.origin === origin)
  // no key of ours signed such an origin: the verdict is that of the trust we have
  return earlier ? { ...earlier, witnesses: trust.witnesses } : trust
}

/**
 * Verifies the files of an archive one by one: size and digest, the proof of each bundle against the verifier's trust,
 * and that every sealed part belongs to an entry. Needs no database and no key of a person. Never throws for what is in
 * the files.
 */
export async function verifyFiles(
  manifest: Pick<ArchiveManifest, 'month' | 'since' | 'size' | 'origin'>,
  files: readonly ArchiveFile[],
  place: PlaceFile,
  trust: TrustFile | null,
  onProgress: (done: number) => void = () => {},
): Promise<ArchiveReport> {
  const run = new ArchiveRun(manifest, trustFor(trust, manifest.origin))
  for (const [i, file] of files.entries()) {
    await run.check(file, place)
    onProgress(i + 1)
  }
  return run.report(files.length + 1)
}

class ArchiveRun {
  readonly #manifest: Pick<ArchiveManifest, 'month' | 'since' | 'size'>
  readonly #trust: TrustFile | null
  readonly #findings: ArchiveFinding[] = []
  #committed: Committed = new Map()
  #entries = 0
  #parts = 0
  #checkpoint: Checkpoint | null = null

  constructor(manifest: Pick<ArchiveManifest, 'month' | 'since' | 'size'>, trust: TrustFile | null) {
    this.#manifest = manifest
    this.#trust = trust
  }

  report(files: number): ArchiveReport {
    return {
      verdict: this.#findings[0]?.verdict ?? (this.#trust ? 'ok' : 'consistent_only'),
      findings: this.#findings,
      files,
      entries: this.#entries,
      parts: this.#parts,
      checkpoint: this.#checkpoint,
    }
  }

  #add(
    file: string,
    verdict: ArchiveFinding['verdict'],
    detail: string,
    position: number | null = null,
  ): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ verdict, file, position, detail })
  }

  async check(file: ArchiveFile, place: PlaceFile): Promise<void> {
    try {
      const { path, release } = await place(file)
      try {
        const found = await describeFile(path)
        if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
          this.#add(file.name, 'file_changed', `${found.bytes} bytes, SHA-256 ${found.sha256}`)
        else if (file.kind === 'bundle') await this.#checkBundle(file, path)
        else if (file.kind === 'parts') await this.#checkParts(file, path)
      } finally {
        await release()
      }
    } catch (error) {
      if (!isGone(error)) throw error
      this.#add(file.name, 'file_missing', (error as Error).message)
    }
  }

  async #checkBundle(file: ArchiveFile, path: string): Promise<void> {
    const { month, since, size } = this.#manifest
    this.#committed = new Map()
    let entries = 0
    const onEntry = ({ position, leaf }: BundleEntry) => {
      if (!leaf || position < since || position >= size || !isWithin(month, leaf.at)) return
      entries += 1
      const parts = Object.entries(leaf.parts)
      if (parts.length > 0)
        this.#committed.set(
          position,
          new Map(parts.map(([name, { owner }]) => [name, { owner, entryId: leaf.id }])),
        )
    }
    const { source, close } = await openSource(path)
    try {
      const report = await verifyBundleFile(source, this.#trust, { onEntry })
      for (const { verdict, position, detail } of report.findings)
        this.#add(file.name, verdict, detail, position)
      const head = report.checkpoint
      if (head && head.size > (this.#checkpoint?.size ?? 0)) this.#checkpoint = head
    } finally {
      await close()
    }
    this.#entries += entries
    if (entries !== file.entries) this.#add(file.name, 'count_mismatch', `${entries} entries`)
  }

  /** Whether a part opens to what its entry commits to takes the person's key: that is looked at when it is read. */
  async #checkParts(file: ArchiveFile, path: string): Promise<void> {
    let count = 0
    try {
      for await (const { position, name, owner, entryId } of readPartLines(path)) {
        count += 1
        const known = this.#committed.get(position)?.get(name)
        if (known?.owner !== owner || known.entryId !== entryId)
          this.#add(file.name, 'parts_unknown', `${name} of ${entryId}`, position)
      }
    } catch (error) {
      if (!(error instanceof PartsMalformed)) throw error
      this.#add(file.name, 'parts_malformed', error.message)
    }
    this.#parts += count
    if (count !== file.parts) this.#add(file.name, 'count_mismatch', `${count} parts`)
  }
}
