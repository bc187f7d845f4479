import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as archive from '../events/archive.ts'
import { ArchiveId } from '../ids.ts'
import { Month } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'archive', field: 'archiveId' } as const

export const setArchivePolicy = defineCommand({
  name: 'archive.set_policy',
  summary: 'Say when closed months are archived, and whether retention must wait for that',
  input: archive.ArchivePolicy,
  output: Done,
  records: [archive.archivePolicySet],
})
export const requestArchive = defineCommand({
  name: 'archive.request',
  summary: 'Write a closed month of the log into the archive now; of one that is there, what came later',
  input: z.strictObject({ month: Month }),
  output: z.strictObject({ archive: z.strictObject({ id: ArchiveId }) }),
  records: [archive.archiveRequested],
})
export const stopArchive = defineCommand({
  name: 'archive.stop',
  summary: 'Stop writing a month; the files that are there stay',
  input: z.strictObject({ archiveId: ArchiveId }),
  output: Done,
  records: [archive.archiveStopped],
  subject: about,
})
export const resumeArchive = defineCommand({
  name: 'archive.resume',
  summary: 'Go on with a month that was stopped, or that failed',
  input: z.strictObject({ archiveId: ArchiveId }),
  output: Done,
  records: [archive.archiveResumed],
  subject: about,
})
export const verifyArchive = defineCommand({
  name: 'archive.verify',
  summary: 'Read every file of an archived month again and verify it',
  input: z.strictObject({ archiveId: ArchiveId }),
  output: z.strictObject({
    verdict: z.string(),
    file: z.string().nullable(),
    detail: z.string(),
    files: z.int(),
    entries: z.int(),
  }),
  records: [archive.archiveVerified],
  subject: about,
})
