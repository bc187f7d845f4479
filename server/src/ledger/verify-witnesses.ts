import type { Findings } from './verify-findings.ts'
import type { Milestone } from './verify-tree.ts'
import type { WitnessView } from './witness-view.ts'

/** What witnesses have: more than is here is a finding, the rest is compared when the leaves reach it. */
export function compareViews(
  views: readonly WitnessView[],
  size: number,
  findings: Findings,
): { milestones: Milestone[]; remarks: string[] } {
  const milestones: Milestone[] = []
  const remarks: string[] = []
  for (const view of views) {
    if ('problem' in view) remarks.push(`the witness ${view.name} was not compared: ${view.problem}`)
    else if (view.checkpoint.size > size)
      findings.add(
        'witness_ahead',
        `${view.name} has cosigned ${view.checkpoint.size} leaves; the head says ${size}`,
        { position: size },
      )
    else {
      milestones.push({ size: view.checkpoint.size, root: view.checkpoint.root, what: 'witness' })
      remarks.push(`the witness ${view.name} has the head of ${view.checkpoint.size} leaves`)
    }
  }
  return { milestones, remarks }
}
