import type { Databases } from '../db/database.ts'
import type { Logger } from '../kernel/log.ts'
import { Turns } from '../kernel/turns.ts'
import type { HeadSigner, SignedHead } from './head-signer.ts'
import { SignerRefusalError } from './signer.ts'

const PAUSE_MS = 60
/** Database or signer gone for a moment: nobody else would ask again until the tree grows. */
const RETRY_MS = 2_000

/**
 * Has every new head of every tree signed and published, on the node whose signer holds the key the ledger names
 * (`log_signer`). Other nodes do not sign. Refusals stop the signing of that workspace and are shown until resolved.
 */
export class Checkpoints {
  readonly signer: HeadSigner
  readonly #databases: Databases
  readonly #log: Logger
  readonly #turns: Turns
  readonly #problems = new Map<string, string>()
  readonly #listeners = new Set<(signed: { workspaceId: string; size: number }) => void>()
  readonly #retries = new Map<string, NodeJS.Timeout>()

  constructor(parts: { databases: Databases; signer: HeadSigner; log: Logger }) {
    this.#databases = parts.databases
    this.signer = parts.signer
    this.#log = parts.log
    this.#turns = new Turns({
      restMs: PAUSE_MS,
      turn: async workspaceId => {
        await this.signHead(workspaceId)
      },
      onError: (error, workspaceId) => this.#failed(error, workspaceId),
    })
  }

  /** Why a workspace's heads are not being signed now; null when they are. */
  problem(workspaceId: string): string | null {
    return this.#problems.get(workspaceId) ?? null
  }

  onSigned(listener: (signed: { workspaceId: string; size: number }) => void): void {
    this.#listeners.add(listener)
  }

  /** Says that a tree grew. Returns at once. */
  wake(workspaceId: string): void {
    this.#turns.wake(workspaceId)
  }

  /** At start: sign whatever grew while nobody signed. */
  async wakeAll(): Promise<void> {
    const heads = await this.#databases.read.selectFrom('log_head').select('workspace_id').execute()
    for (const { workspace_id } of heads) this.wake(workspace_id)
  }

  async stop(): Promise<void> {
    await this.#turns.idle()
    await this.#turns.stop()
    for (const retry of this.#retries.values()) clearTimeout(retry)
  }

  #failed(error: Error, workspaceId: string): void {
    const refused = error instanceof SignerRefusalError
    this.#problems.set(workspaceId, refused ? error.refusal : 'error')
    if (!refused) this.#retryLater(workspaceId)
    this.#log.error({ err: error, workspaceId }, 'the head of the ledger was not signed')
  }

  #retryLater(workspaceId: string): void {
    clearTimeout(this.#retries.get(workspaceId))
    this.#retries.set(workspaceId, setTimeout(() => this.wake(workspaceId), RETRY_MS).unref())
  }

  /** Signs the present head if it grew; returns the signed size, or null where this node does not sign. */
  async signHead(workspaceId: string): Promise<number | null> {
    const signed = await this.signer.sign(workspaceId)
    if (!signed) return null
    this.#problems.delete(workspaceId)
    await this.#publish(workspaceId, signed)
    for (const listener of this.#listeners) listener({ workspaceId, size: signed.size })
    return signed.size
  }

  async #publish(workspaceId: string, { epoch, size, note, vkey }: SignedHead): Promise<void> {
    await this.#databases.ledger.query(
      'insert into log_checkpoint (workspace_id, epoch, size, note, vkey) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [workspaceId, epoch, size, note, vkey],
    )
  }
}
