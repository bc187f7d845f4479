import type { BundleVerdict } from '@tracedesk/proof'

/** Everything the page says in one language. Gaps are in braces. */
export interface Words {
  readonly title: string
  readonly offline: string
  readonly language: string
  readonly bundle: string
  readonly bundleHint: string
  readonly trust: string
  readonly trustHint: string
  readonly trustFile: string
  readonly trustBad: string
  readonly apply: string
  readonly print: string
  readonly working: string
  readonly good: string
  readonly open: string
  readonly bad: string
  readonly goodText: string
  readonly openText: string
  readonly badText: string
  readonly atPosition: string
  readonly unsupported: string
  readonly facts: string
  readonly workspace: string
  readonly origin: string
  readonly range: string
  readonly rangeValue: string
  readonly counts: string
  readonly countsValue: string
  readonly signedBy: string
  readonly witnessedBy: string
  readonly anchored: string
  readonly anchoredWitness: string
  readonly anchoredTime: string
  readonly nobody: string
  readonly checkpoint: string
  readonly checkpointValue: string
  readonly madeBy: string
  readonly recorded: string
  readonly recordedValue: string
  readonly findings: string
  readonly timeline: string
  readonly unproven: string
  readonly onlyBad: string
  readonly previous: string
  readonly next: string
  readonly shown: string
  readonly nothing: string
  readonly closedRun: string
  readonly raw: string
  readonly withheld: string
  readonly erased: string
  readonly erasedBy: string
  readonly missing: string
  readonly somebody: string
  readonly limits: string
  readonly verdicts: Readonly<Record<Exclude<BundleVerdict, 'ok' | 'consistent_only'>, string>>
  readonly entry: { readonly ok: string; readonly closed: string; readonly bad: string }
}
