import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Frontier, fromBase64, ProofError } from '@tracedesk/proof/node'

/** What a signer's folder holds for each epoch of a workspace; null where there is nothing to read. */
export type SignerMemory = ReadonlyMap<
  number,
  { readonly vkey: string; readonly frontier: string; readonly size: number }
>

/**
 * Reads a signer's memory. Do it before the database's snapshot is taken: the signer can only remember what was
 * committed, so whatever it remembers by then must be in the snapshot.
 */
export function readSignerMemory(signerFolder: string, workspaceId: string): SignerMemory {
  const memory = new Map<number, { vkey: string; frontier: string; size: number }>()
  const folder = join(signerFolder, workspaceId)
  if (!existsSync(folder)) return memory
  for (const epoch of readdirSync(folder)) {
    const keyFile = join(folder, epoch, 'key.json')
    const stateFile = join(folder, epoch, 'state.json')
    if (!existsSync(keyFile) || !existsSync(stateFile)) continue
    const key: { vkey?: unknown } = JSON.parse(readFileSync(keyFile, 'utf8'))
    const state: { frontier?: unknown } = JSON.parse(readFileSync(stateFile, 'utf8'))
    const frontier = String(state.frontier)
    memory.set(Number(epoch), { vkey: String(key.vkey), frontier, size: sizeOf(frontier) })
  }
  return memory
}

/** 0 for what cannot be read: checkMemory says so. */
function sizeOf(frontier: string): number {
  try {
    return Frontier.fromBytes(fromBase64(frontier)).size
  } catch (error) {
    if (error instanceof ProofError) return 0
    throw error
  }
}
