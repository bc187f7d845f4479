import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { queryOf } from './queries.ts'
import { useMay } from './session.ts'

type Ledger = QueryOutput<'ledger.state'>
type Anchors = QueryOutput<'ledger.anchors'>['items']

/** What is wrong with the ledger, the worst first. Those up to `rejected` are alarms, the others want attention. */
export const SEAL_CAUSES = [
  'broken',
  'signer',
  'rejected',
  'unsigned',
  'unverified',
  'failing',
  'overdue',
  'none',
] as const
export type SealCause = (typeof SEAL_CAUSES)[number]
const ALARMS: ReadonlySet<SealCause> = new Set(['broken', 'signer', 'rejected'])

/** Green, amber, red. */
export type SealColour = 'good' | 'warn' | 'bad'

export interface LedgerSeal {
  readonly colour: SealColour
  readonly causes: readonly SealCause[]
  /** When somebody outside last confirmed the log. */
  readonly anchoredAt: string | null
  readonly ledger: Ledger
}

/** An entry is signed within a second; one that waits longer than this is no busy moment any more. */
const PATIENCE_SECONDS = 60
const LOOK_MS = 60_000

/**
 * How the ledger stands, as the seal above every screen and the Proof screen show it: `broken` (the server's last
 * verification failed), `signer` (nothing is being signed), `rejected` (somebody put forged entries in), `unsigned`
 * (entries wait for a signature), `unverified` (no verification for two intervals), `failing`, `overdue` and `none`
 * (confirmations from outside).
 */
export function judgeLedger(ledger: Ledger, anchors: Anchors): LedgerSeal {
  const { verification, unsignedSeconds } = ledger
  const holds: Record<SealCause, boolean> = {
    broken: verification.last !== null && verification.last.verdict !== 'ok',
    signer: ledger.signerProblem !== null,
    rejected: ledger.rejected > 0,
    unsigned: (unsignedSeconds ?? 0) > PATIENCE_SECONDS,
    unverified: verification.overdue,
    failing: anchors.some(({ failure }) => failure !== null),
    overdue: anchors.some(({ overdue, anchoredAt }) => overdue || anchoredAt === null),
    none: anchors.length === 0,
  }
  const causes = SEAL_CAUSES.filter(cause => holds[cause])
  const colour = causes.some(cause => ALARMS.has(cause)) ? 'bad' : causes.length > 0 ? 'warn' : 'good'
  return { colour, causes, anchoredAt: newestOf(anchors), ledger }
}

/** How the ledger stands now; null while that is not known, or not this reader's to know. */
export function useLedgerSeal(): LedgerSeal | null {
  const may = useMay()
  const fresh = { enabled: may('ledger.view'), refetchInterval: LOOK_MS }
  const anchors = useQuery({ ...queryOf('ledger.anchors', {}), ...fresh })
  const ledger = useQuery({ ...queryOf('ledger.state', {}), ...fresh })
  return anchors.data && ledger.data ? judgeLedger(ledger.data, anchors.data.items) : null
}

function newestOf(items: Anchors): string | null {
  return items.map(({ anchoredAt }) => anchoredAt).reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a), null)
}
