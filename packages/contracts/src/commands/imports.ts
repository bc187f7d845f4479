import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as events from '../events/import.ts'
import { importStarted } from '../events/system.ts'
import { ImportId, ImportMappingId } from '../ids.ts'
import { ImportMapping } from '../import-mapping.ts'
import { nameUpTo } from '../text.ts'

const permission = 'import.run'
export const saveImportMapping = defineCommand({
  name: 'import.save_mapping',
  permission,
  summary: 'Keep under a name how rows of another system become entries; the same name again replaces it',
  input: z.strictObject({ name: nameUpTo(80), mapping: ImportMapping }),
  output: z.strictObject({ mapping: z.strictObject({ id: ImportMappingId }) }),
  records: [events.importMappingSaved],
})
export const deleteImportMapping = defineCommand({
  name: 'import.delete_mapping',
  permission,
  summary: 'Forget a kept mapping',
  input: z.strictObject({ id: ImportMappingId }),
  output: z.strictObject({}),
  records: [events.importMappingDeleted],
  subject: { kind: 'import_mapping', field: 'id' },
})
export const runImport = defineCommand({
  name: 'import.run',
  summary:
    'Take an uploaded file into ledger and desk; the same file again adds nothing, one that did not come to its end goes on',
  input: z.strictObject({ uploadId: z.uuid(), mapping: ImportMapping.nullable().default(null) }),
  output: z.strictObject({ import: z.strictObject({ id: ImportId }) }),
  records: [importStarted, events.importResumed],
})
export const stopImport = defineCommand({
  name: 'import.stop',
  permission,
  summary: 'Stop an import; what is in stays in, and it can be gone on with',
  input: z.strictObject({ id: ImportId }),
  output: z.strictObject({}),
  records: [events.importStopped],
  subject: { kind: 'import', field: 'id' },
})
export const resumeImport = defineCommand({
  name: 'import.resume',
  permission,
  summary: 'Go on with an import that was stopped',
  input: z.strictObject({ id: ImportId }),
  output: z.strictObject({}),
  records: [events.importResumed],
  subject: { kind: 'import', field: 'id' },
})
