import { createHash } from 'node:crypto'
import { defineCommand, disputeReported } from '@tracedesk/contracts'
import { z } from 'zod'
import type { Caller } from '../../../command/caller.ts'
import { defineCommandHandler } from '../../../command/define.ts'
import type { ReadDb } from '../../../db/database.ts'
import { ConsoleError } from '../../../kernel/console-error.ts'
import { isolate } from '../../../kernel/print/index.ts'
import type { DisputeReads } from '../queries.ts'
import { recordInFile } from '../record.ts'
import { lockAnyDispute } from '../store.ts'
import { collectCase } from './collect.ts'
import type { ReportLanguage } from './report-words.ts'
import { type CaseWording, writeReport } from './write-report.ts'

export interface ReportPort {
  readonly db: ReadDb
  readonly reads: DisputeReads
  /** How entries are told; the log module provides it. */
  readonly wordingOf: (
    workspaceId: string,
    options: { language: ReportLanguage; timeZone: string; quote: (text: string) => string },
  ) => Promise<CaseWording>
  readonly now: () => Date
}

/** A report on its way to whoever asked. */
export interface MadeReport {
  readonly bytes: Buffer
  readonly sha256: string
  readonly pages: number
  readonly entries: number
  readonly treeSize: number
}

/**
 * Puts a case on paper as a PDF and records that it left the desk, with the file's digest. The file is kept nowhere, so
 * an erasure has nothing to reach. Who may take bundles may take reports. Throws `dispute.not_found`; `input.invalid` for an unknown zone.
 */
export const createReportDispute = (port: ReportPort, permission: 'dispute.bundle' | 'evidence.bundle') =>
  defineCommandHandler(
    defineCommand({
      name: 'dispute.report',
      permission,
      access: 'internal',
      summary: 'Print a case: record that its report is made',
      input: z.strictObject({
        id: z.uuid(),
        language: z.enum(['en', 'zh', 'ru']).default('en'),
        zone: z.string().max(64).default('UTC'),
      }),
      output: z.custom<MadeReport>(),
      records: [disputeReported],
    }),
    {
      prepare: (input, caller) => makeReport(port, input, caller),
      handle: async (context, { id, language }, made: MadeReport) => {
        const dispute = await lockAnyDispute(context, id)
        const { bytes, ...facts } = made
        await recordInFile(context, dispute, disputeReported, { ...facts, language, bytes: bytes.length })
        return made
      },
    },
  )

async function makeReport(
  port: ReportPort,
  { id, language, zone }: { id: string; language: ReportLanguage; zone: string },
  caller: Caller,
): Promise<MadeReport> {
  const { db, reads } = port
  const wording = await port
    .wordingOf(caller.workspaceId, { language, timeZone: zone, quote: isolate })
    .catch((error: unknown) => {
      if (error instanceof RangeError) throw new ConsoleError('input.invalid', { zone })
      throw error
    })
  const found = await collectCase(reads, db, caller, id)
  const [reader] = await db
    .selectFrom('agent')
    .select('name')
    .where('workspace_id', '=', caller.workspaceId)
    .where('agent_id', '=', caller.actor.id)
    .execute()
  const { bytes, pages } = await writeReport(found, wording, {
    language,
    timeZone: zone,
    reader: reader?.name ?? wording.words(`actor.${caller.actor.kind}`),
    at: port.now().toISOString(),
  })
  return {
    bytes,
    pages,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    entries: found.story.length,
    treeSize: found.treeSize,
  }
}
