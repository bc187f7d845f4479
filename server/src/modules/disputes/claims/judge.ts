import type { ClaimKind, ClaimVerdict } from '@tracedesk/contracts'
import type { Finding } from './claim-entry.ts'

/** Claims that rest on something not having happened: an entry that was not searched could refute what speaks for them. */
const OF_ABSENCE: ReadonlySet<ClaimKind> = new Set(['never_replied', 'replied_late'])
/** Claims that a single entry refutes, however much was not searched. */
const REFUTED_BY_ONE: ReadonlySet<ClaimKind> = new Set(['never_replied'])

/**
 * The verdict over a claim. What was found speaks for itself; what was not found says something only when everything
 * was searched.
 */
export function judgeClaim(claim: ClaimKind, finding: Finding, isComplete: boolean): ClaimVerdict {
  const [speaksFor, speaksAgainst] = [finding.for.length > 0, finding.against.length > 0]
  if (speaksFor && !isComplete && OF_ABSENCE.has(claim)) return 'inconclusive'
  if (speaksFor) return speaksAgainst ? 'mixed' : 'supported'
  if (speaksAgainst) return isComplete || REFUTED_BY_ONE.has(claim) ? 'contradicted' : 'inconclusive'
  return isComplete ? 'not_found' : 'inconclusive'
}
