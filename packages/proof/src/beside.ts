import { fromBase64 } from './bytes.ts'
import type { Leaf } from './leaf.ts'
import { checkPart } from './part.ts'
import type { LeafProjection } from './projection.ts'

/** What is shown of a part beside the leaf. `withheld` and `erased` are answers; silence is `part_missing`. */
export type ShownPart =
  | { readonly state: 'open'; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  | { readonly state: 'withheld' | 'erased' }

/** What stands beside a leaf and must agree with it. What is left out is not compared. */
export type Beside = {
  readonly parts?: Readonly<Record<string, ShownPart>>
  readonly projection?: Partial<LeafProjection>
}

type PartProblem = {
  readonly verdict: 'part_mismatch' | 'part_missing' | 'part_unknown'
  readonly detail: string
}

/** The first part that is not what the leaf commits to, if any. */
export function findPartProblem(
  leaf: Leaf,
  shown: Readonly<Record<string, ShownPart>>,
): PartProblem | undefined {
  for (const [name, { commitment }] of Object.entries(leaf.parts)) {
    const part = Object.hasOwn(shown, name) ? shown[name] : undefined
    if (part === undefined) return { verdict: 'part_missing', detail: name }
    if (part.state === 'open' && !checkPart(fromBase64(commitment), part.salt, name, part.bytes)) {
      return { verdict: 'part_mismatch', detail: name }
    }
  }
  const surplus = Object.keys(shown).find(name => !Object.hasOwn(leaf.parts, name))
  return surplus === undefined ? undefined : { verdict: 'part_unknown', detail: surplus }
}
