import { newId } from '../kernel/id.ts'

/**
 * Numbers the entries that this process writes, from 1 and without holes, per workspace. A hole in a log that
 * `verify` reads means that a row was taken away between commit and tree. Numbers of transactions that rolled back
 * are used again; those still unused when the process stops are named in its `node.stopped` entry.
 */
export class NodeCounter {
  readonly nodeId: string = newId()
  readonly #next = new Map<string, number>()
  readonly #free = new Map<string, number[]>()
  readonly #inDoubt = new Map<string, number[]>()

  take(workspaceId: string): number {
    const free = this.#free.get(workspaceId)
    const reused = free?.shift()
    if (reused !== undefined) return reused
    const next = this.#next.get(workspaceId) ?? 1
    this.#next.set(workspaceId, next + 1)
    return next
  }

  giveBack(workspaceId: string, number: number): void {
    const free = this.#free.get(workspaceId) ?? []
    free.push(number)
    this.#free.set(
      workspaceId,
      free.sort((a, b) => a - b),
    )
  }

  /** The connection was lost while the transaction committed: the number may stand in the ledger, or never come. */
  doubt(workspaceId: string, number: number): void {
    this.#inDoubt.set(workspaceId, [...(this.#inDoubt.get(workspaceId) ?? []), number])
  }

  /** The highest number given out, and which below it need not be there. */
  state(workspaceId: string): { highest: number; free: number[]; inDoubt: number[] } {
    return {
      highest: (this.#next.get(workspaceId) ?? 1) - 1,
      free: [...(this.#free.get(workspaceId) ?? [])],
      inDoubt: [...(this.#inDoubt.get(workspaceId) ?? [])],
    }
  }
}
