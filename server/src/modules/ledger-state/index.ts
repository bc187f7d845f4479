export { createAcknowledgeFindings } from './acknowledge.ts'
export { recordMigration, recordNodeStart, recordNodeStop } from './node-records.ts'
export { createLedgerQueries } from './queries.ts'
export { createStopVerification, createVerifyLedgerNow, LedgerWatch } from './watch.ts'
