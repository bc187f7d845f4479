import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { ImportFormat } from '../import-mapping.ts'

/** How rows of another system become entries was kept under a name; `from` and `to` are digests of it as it was and is. */
export const importMappingSaved = defineEvent({
  name: 'import.mapping_saved',
  version: 1,
  subject: 'import_mapping',
  reach: 'administration',
  data: z.strictObject({
    name: z.string(),
    format: ImportFormat,
    from: z.string().nullable(),
    to: z.string(),
  }),
  parts: { before: 'actor', after: 'actor' },
})
export const importMappingDeleted = defineEvent({
  name: 'import.mapping_deleted',
  version: 1,
  subject: 'import_mapping',
  reach: 'administration',
  data: z.strictObject({ name: z.string() }),
})
/** Somebody stopped an import; what is in stays in. */
export const importStopped = defineEvent({
  name: 'import.stopped',
  version: 1,
  subject: 'import',
  reach: 'administration',
  data: z.strictObject({ lines: z.int(), imported: z.int(), rejected: z.int() }),
})
/** An import that was stopped goes on behind its last batch. */
export const importResumed = defineEvent({
  name: 'import.resumed',
  version: 1,
  subject: 'import',
  reach: 'administration',
  data: z.strictObject({ lines: z.int() }),
})
