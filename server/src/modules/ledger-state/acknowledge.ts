import {
  acknowledgeFindings,
  ledgerFindingAcknowledged,
  ledgerVerificationStarted,
} from '@tracedesk/contracts'
import type { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type RowPutAside, readAcknowledgements } from '../../ledger/findings-put-aside.ts'
import { askWith } from './findings.ts'
import type { LedgerWatch } from './watch.ts'

type Asked = z.output<typeof acknowledgeFindings.input>['findings']

/**
 * Takes note of rows that were put aside, one entry each, and has the ledger verified anew, so that the seal says what
 * the rest deserves. What was acknowledged before is passed over; `ledger.finding_acknowledged` when nothing is left.
 */
export const createAcknowledgeFindings = (watch: () => LedgerWatch) =>
  defineCommandHandler(acknowledgeFindings, {
    handle: async (context, { findings, reason }) => {
      const rows = await findOpen(context, findings)
      const subject = { id: context.workspaceId }
      for (const row of rows)
        context.record(ledgerFindingAcknowledged, row, { subject, parts: { reasonText: reason } })
      context.record(ledgerVerificationStarted, { cause: 'request' }, { subject })
      context.afterCommit(() => void watch().verifyAnew(context.workspaceId))
      return { acknowledged: rows.length }
    },
  })

/** The rows that were asked for and nobody took note of. Throws `ledger.finding_not_found` for one that is not there. */
async function findOpen({ tx, workspaceId }: CommandContext, asked: Asked) {
  const ask = askWith(tx)
  const kept = await ask<RowPutAside & { cause: 'wrong_mac' | 'malformed' }>(
    `select entry_id as "entryId", cause, rejected_at as "rejectedAt", encode(sha256(leaf), 'hex') as "leafSha256"
     from log_rejected r where workspace_id = $1 and exists (
       select 1 from unnest($2::uuid[], $3::timestamptz[]) as asked (entry_id, rejected_at)
       where asked.entry_id = r.entry_id and asked.rejected_at = r.rejected_at)`,
    [workspaceId, asked.map(({ entryId }) => entryId), asked.map(({ rejectedAt }) => rejectedAt)],
  )
  const isKept = ({ entryId }: Asked[number]) => kept.some(row => row.entryId === entryId.toLowerCase())
  const absent = asked.find(each => !isKept(each))
  if (absent) throw new ConsoleError('ledger.finding_not_found', { entryId: absent.entryId })
  const known = new Set((await readAcknowledgements(ask, workspaceId)).map(({ finding }) => keyOf(finding)))
  const open = kept.filter(row => !known.has(keyOf(row)))
  if (open.length === 0) throw new ConsoleError('ledger.finding_acknowledged')
  return open
}

const keyOf = ({ entryId, rejectedAt, leafSha256 }: RowPutAside) => `${entryId} ${rejectedAt} ${leafSha256}`
