import { type ContextLine, parseContextLine, readLines } from './bundle-lines.ts'
import { BUNDLE_RECORD_EVENT, type BundleManifest, type BundleSeal, unpackHashes } from './bundle-manifest.ts'
import { type BundleFinding, BundleProblem } from './bundle-verdict.ts'
import { fromBase64, toHex, utf8Decode } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf, type Leaf } from './leaf.ts'
import { checkPart } from './part.ts'
import { hashLeaf, splitHashes } from './tree.ts'
import { verifyInclusion } from './tree-proof.ts'

/** What somebody was called: the owner (`agent:<id>`, `customer:<id>`) and the name an entry gave them. */
export type BundleName = { readonly owner: string; readonly name: string }

/**
 * The entry in which the log says that this manifest was made. Throws `seal_malformed`, `record_not_included`, and
 * `manifest_not_recorded` when it speaks of another manifest.
 */
export function checkRecord(
  seal: BundleSeal,
  manifest: BundleManifest,
  manifestHash: Uint8Array,
  head: Checkpoint,
): { position: number; leaf: Leaf } {
  const { position } = seal.record
  const bytes = readLeafBytes(seal.record.leaf)
  const proof = unpackHashes(seal.record.path)
  const claim = { index: position, size: head.size, leafHash: hashLeaf(bytes), root: head.root }
  const included = verifyInclusion(claim, proof)
  if (included !== 'ok') throw new BundleProblem('record_not_included', included)
  const leaf = readLeaf(bytes, 'seal_malformed')
  const { data, event, outcome, actor } = leaf
  const says = [
    event === BUNDLE_RECORD_EVENT && outcome === 'done',
    data.manifestSha256 === toHex(manifestHash),
    data.fromPosition === manifest.range.from && data.toPosition === manifest.range.to,
    (actor.id ?? null) === manifest.askedBy.id,
    position > manifest.range.to,
  ]
  if (says.includes(false))
    throw new BundleProblem('manifest_not_recorded', `entry ${position} says something else`)
  return { position, leaf }
}

/** Reads the entries that brought names: each must be in the tree and hold the name it is shown with. */
export async function readContext(
  chunks: AsyncIterable<Uint8Array>,
  head: Checkpoint,
): Promise<{ names: Map<string, BundleName>; findings: BundleFinding[] }> {
  const names = new Map<string, BundleName>()
  const findings: BundleFinding[] = []
  let last = -1
  for await (const batch of readLines(chunks, 'context_malformed')) {
    for (const text of batch) {
      const line = parseContextLine(text)
      if (line.position <= last)
        throw new BundleProblem('context_malformed', `out of order at ${line.position}`)
      last = line.position
      const named = checkContext(line, head)
      if ('verdict' in named) findings.push(named)
      else names.set(named.id, named.named)
    }
  }
  return { names, findings }
}

function checkContext(
  line: ContextLine,
  head: Checkpoint,
): BundleFinding | { id: string; named: BundleName } {
  const { position } = line
  if (!isIncluded(line, head))
    return {
      verdict: 'context_not_included',
      position,
      detail: 'an entry that brings a name is not in the tree',
    }
  const leaf = readLeaf(line.leaf, 'context_malformed')
  const part = Object.hasOwn(leaf.parts, 'name') ? leaf.parts.name : undefined
  if (part === undefined || !checkPart(fromBase64(part.commitment), line.salt, 'name', line.bytes))
    return { verdict: 'part_mismatch', position, detail: 'name' }
  return { id: leaf.id, named: { owner: part.owner, name: readText(line.bytes) } }
}

function isIncluded({ position, leaf, path }: ContextLine, head: Checkpoint): boolean {
  if (path.length % 32 !== 0) return false
  const claim = { index: position, size: head.size, leafHash: hashLeaf(leaf), root: head.root }
  return verifyInclusion(claim, splitHashes(path)) === 'ok'
}

function readLeafBytes(base64: string): Uint8Array {
  try {
    return fromBase64(base64)
  } catch (error) {
    if (error instanceof ProofError) throw new BundleProblem('seal_malformed', 'record')
    throw error
  }
}

function readLeaf(bytes: Uint8Array, verdict: BundleFinding['verdict']): Leaf {
  try {
    return decodeLeaf(bytes)
  } catch (error) {
    if (error instanceof ProofError) throw new BundleProblem(verdict, error.message)
    throw error
  }
}

function readText(bytes: Uint8Array): string {
  try {
    return utf8Decode(bytes)
  } catch (error) {
    // It is what was committed to; a name that is no text can still not be shown as one.
    if (error instanceof ProofError) return '\ufffd'
    throw error
  }
}
