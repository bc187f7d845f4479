import { fromBase64, toBase64 } from '@tracedesk/proof/node'
import type pg from 'pg'
import type { InstallationSecret } from '../kernel/secret.ts'
import { type ResumeCode, ResumeError } from './resume-error.ts'
import { storedRoot } from './stored-root.ts'
import type { TreeHead } from './tree-store.ts'
import { StateFile, type VerifyBinding, type VerifyState } from './verify-state.ts'

/** The state is written at most so often, and takes at most a twentieth of the time. */
const EVERY_MS = 3_000
const SHARE = 20

export interface ResumeOptions {
  /** Where the state is kept; gone on with when it is there, removed when the verification is through. */
  readonly file: string
  readonly version: string
  /** How often the state is written, 3 s by default; tests write it after every slice. */
  readonly everyMs?: number | undefined
  readonly onSaved?: ((progress: { done: number; of: number }) => void) | undefined
}

/** Where a verification that was gone on with had stopped, and when: what lies before was looked at then, not now. */
export interface Resumed {
  readonly position: number
  readonly savedAt: string
}

/** Writes the state of a running verification now and then, and finds the one to go on with. */
export class Resuming {
  readonly #file: StateFile
  readonly #options: ResumeOptions
  #next: number

  constructor(options: ResumeOptions, secret: InstallationSecret) {
    this.#options = options
    this.#file = new StateFile(options.file, secret)
    this.#next = performance.now() + (options.everyMs ?? EVERY_MS)
  }

  /**
   * The state to go on with; null when there is none. Throws ResumeError when it is of another workspace, of other
   * software, or of a head that the present one does not continue.
   */
  async find(client: pg.ClientBase, workspaceId: string, head: TreeHead): Promise<VerifyState | null> {
    const state = this.#file.read()
    if (!state) return null
    const { begun } = state
    const refuse = (code: ResumeCode, message: string) => new ResumeError(code, message)
    if (begun.version !== this.#options.version)
      throw refuse('resume.other_version', `it was written by version ${begun.version}`)
    if (begun.workspaceId !== workspaceId)
      throw refuse('resume.other_workspace', `it is of the workspace ${begun.workspaceId}`)
    if (begun.epoch !== head.epoch || begun.origin !== head.origin)
      throw refuse('resume.other_head', `it began in epoch ${begun.epoch}; the head is in ${head.epoch}`)
    if (begun.size > head.size || !(await continues(client, workspaceId, head, begun)))
      throw refuse(
        'resume.other_head',
        `it began with another head of ${begun.size} leaves than the present one continues`,
      )
    return state
  }

  /** Writes the state when it is time to; `now` always. */
  async save(state: () => VerifyState, of: number, now = false): Promise<void> {
    const begin = performance.now()
    if (!now && begin < this.#next) return
    const kept = state()
    await this.#file.write(kept)
    const end = performance.now()
    this.#next = end + (this.#options.everyMs ?? Math.max(EVERY_MS, (end - begin) * SHARE))
    this.#options.onSaved?.({ done: kept.tree.size, of })
  }

  async done(): Promise<void> {
    await this.#file.remove()
  }

  bind(workspaceId: string, head: TreeHead): VerifyBinding {
    const { epoch, origin, size, root } = head
    return { workspaceId, origin, epoch, size, root: toBase64(root), version: this.#options.version }
  }
}

async function continues(
  client: pg.ClientBase,
  workspaceId: string,
  head: TreeHead,
  begun: VerifyBinding,
): Promise<boolean> {
  const root = Buffer.from(fromBase64(begun.root))
  if (begun.size === head.size) return root.equals(head.root)
  const then = await storedRoot(client, workspaceId, begun.size)
  return then !== null && root.equals(then)
}
