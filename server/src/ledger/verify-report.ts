import type { Databases } from '../db/database.ts'
import type { InstallationSecret } from '../kernel/secret.ts'
import type { Acknowledgement } from './findings-put-aside.ts'
import type { SubjectKeys } from './subject-keys.ts'
import type { EpochBreak } from './verify-epochs.ts'
import type { LedgerFinding, LedgerVerdict } from './verify-findings.ts'
import type { Resumed, ResumeOptions } from './verify-resume.ts'

/** What is verified, with what at hand, and how the run is watched and kept. */
export interface VerifyOptions {
  readonly databases: Pick<Databases, 'readPool'>
  readonly workspaceId: string
  /** The signers' folder, when it is on this machine. */
  readonly signerFolder?: string | undefined
  /** To tell forged pending entries from our own. */
  readonly secret?: InstallationSecret | undefined
  /** Ask the configured witnesses themselves what they have of this log. */
  readonly askWitnesses?: { readonly allowPrivate: boolean } | undefined
  /** Open every part and compare it with its commitment: slower, and only with the installation's keys. */
  readonly openPartsWith?: SubjectKeys | undefined
  /** Keep the state of this run in a file, and go on from it when it is there. Needs `secret`. */
  readonly resume?: ResumeOptions | undefined
  readonly onProgress?: ((progress: { done: number; of: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a verification found, and what it could look at. */
export interface LedgerReport {
  /** `ok`, or the verdict of the first finding. */
  readonly verdict: 'ok' | LedgerVerdict
  readonly workspaceId: string
  /** Leaves in the tree as its head says. */
  readonly size: number
  readonly checkedEntries: number
  readonly checkedParts: number
  /** Leaves and parts that retention destroyed on record. */
  readonly purged: { readonly entries: number; readonly parts: number }
  /** At most 100; `findingCount` counts on. */
  readonly findings: readonly LedgerFinding[]
  readonly findingCount: number
  /** Forged rows that were put aside and somebody took note of, as entries of this log say. */
  readonly acknowledged: readonly Acknowledgement[]
  /** What is worth knowing and no finding: what could not be looked at, what is not signed yet. */
  readonly remarks: readonly string[]
  /** Epochs that began after a restore and are announced as they should be. */
  readonly epochs: readonly EpochBreak[]
  /** The newest signed checkpoint; null when nothing is signed. */
  readonly checkpoint: { readonly size: number; readonly note: string; readonly signedAt: string } | null
  /** Set when this run went on where another had stopped. */
  readonly resumed: Resumed | null
  readonly seconds: number
}
