// Says which import crosses a border it must not cross, and what to do instead. Exit code 1 when any does.
import { join } from 'node:path'
import { findViolations } from './borders/find-violations.ts'

const { files, violations } = await findViolations(join(import.meta.dirname, '..'))
for (const { rule, from, to, advice } of violations)
  console.error(`${from} imports ${to}\n  ${rule}: ${advice}`)
console.log(`${files} files looked at, ${violations.length} imports cross a border.`)
process.exitCode = violations.length === 0 ? 0 : 1
