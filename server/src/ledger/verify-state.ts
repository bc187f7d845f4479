import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { removeDurably, writeDurably } from '../kernel/durable-file.ts'
import { hmac, type InstallationSecret, sameBytes } from '../kernel/secret.ts'
import { ResumeError } from './resume-error.ts'
import type { SavedNodes } from './verify-counters.ts'
import type { SavedEpochs } from './verify-epochs.ts'
import type { SavedFindings } from './verify-findings.ts'
import type { SavedParts } from './verify-parts.ts'
import type { SavedTree } from './verify-tree.ts'

/** Whose verification it is: the head it began with, and the software whose memory this is. */
export interface VerifyBinding {
  readonly workspaceId: string
  readonly origin: string
  readonly epoch: number
  readonly size: number
  /** Base64. */
  readonly root: string
  readonly version: string
}

/** What a verification knows between two slices: enough to go on as if it had never stopped. */
export interface VerifyState {
  readonly begun: VerifyBinding
  /** When this was written, UTC. */
  readonly savedAt: string
  readonly checked: number
  /** What was destroyed on record by then (`Purges.identity`), and what of it was met. */
  readonly purges: { readonly identity: string; readonly numbersGone: number; readonly firstGap: string }
  readonly findings: SavedFindings
  readonly tree: SavedTree
  readonly nodes: SavedNodes
  readonly epochs: SavedEpochs
  readonly parts: SavedParts
  /** With `--parts`: how far parts were opened, once all leaves are through. */
  readonly opened: { readonly upTo: number; readonly parts: number; readonly findings: SavedFindings }
  /** The last number of each conversation, as `ChainTable.toBytes` gives it. */
  readonly chains: Uint8Array
}

const MAGIC = Buffer.from('tracedesk-verify-state/v1\n')
const MAC_BYTES = 32
const LENGTH_BYTES = 4
/** Far beyond what 50 million conversations need; what is longer was not written by us. */
const MOST_BYTES = 1_500_000_000

/**
 * Keeps the state of a verification in a file, sealed by HMAC-SHA-256 under a key of the installation: whoever changes
 * a byte of it, or writes one of their own, is found out before anything in it is believed.
 */
export class StateFile {
  readonly #path: string
  readonly #key: Buffer

  constructor(path: string, secret: InstallationSecret) {
    this.#path = resolve(path)
    this.#key = secret.key('verify-state')
  }

  /** Null when there is no file. Throws ResumeError for one that cannot be used. */
  read(): VerifyState | null {
    const bytes = this.#load()
    if (!bytes) return null
    const begin = MAGIC.length + MAC_BYTES
    if (bytes.length < begin + LENGTH_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
      throw new ResumeError('resume.unreadable', `${this.#path} is no state of a verification`)
    const content = bytes.subarray(begin)
    if (!sameBytes(this.#seal(content), bytes.subarray(MAGIC.length, begin)))
      throw new ResumeError('resume.tampered', `${this.#path} is not as this installation wrote it`)
    const end = LENGTH_BYTES + content.readUInt32BE(0)
    // The seal says that we wrote it, and `begun.version` that this software did.
    const state = JSON.parse(content.toString('utf8', LENGTH_BYTES, end)) as Omit<VerifyState, 'chains'>
    return { ...state, chains: content.subarray(end) }
  }

  /** Written so that after a crash at any point the file before or this one is there, whole. */
  async write({ chains, ...state }: VerifyState): Promise<void> {
    const json = Buffer.from(JSON.stringify(state))
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(json.length)
    const content = Buffer.concat([length, json, chains])
    const whole = Buffer.concat([MAGIC, this.#seal(content), content])
    await writeDurably(dirname(this.#path), basename(this.#path), whole)
  }

  async remove(): Promise<void> {
    if (this.#exists()) await removeDurably(dirname(this.#path), basename(this.#path))
  }

  #seal(content: Buffer): Buffer {
    return hmac(this.#key, content)
  }

  #exists(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false }) !== undefined
  }

  #load(): Buffer | null {
    const stat = statSync(this.#path, { throwIfNoEntry: false })
    if (!stat) return null
    if (!stat.isFile() || stat.size > MOST_BYTES)
      throw new ResumeError('resume.unreadable', `${this.#path} is no state of a verification`)
    return readFileSync(this.#path)
  }
}
