// Writes every generated file anew; with --check it writes nothing and fails when one is not what it would write.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../server/src/db/embedded/index.ts'
import { migrate } from '../server/src/db/migrate.ts'
import { prepareRoles } from '../server/src/db/roles.ts'
import { InstallationSecret } from '../server/src/kernel/secret.ts'
import { API_CLIENT, describeClient } from './generate-api-client.ts'
import { BOT_API_SOURCE, BOT_API_TARGET, compactBotApi } from './generate-bot-api.ts'
import { collectEntryWords, ENTRY_WORDS } from './generate-entry-words.ts'
import { describeEvents, EVENTS_PAGE } from './generate-events-page.ts'
import { describeTables } from './generate-tables.ts'

/** A generated file: `make` returns its whole text, or null (having said why) when its source is not here. */
interface GeneratedFile {
  readonly target: string
  readonly make: () => Promise<string | null>
}

const FILES: readonly GeneratedFile[] = [
  { target: join(import.meta.dirname, '../server/src/db/tables.generated.ts'), make: makeTables },
  { target: BOT_API_TARGET, make: makeBotApi },
  { target: EVENTS_PAGE, make: async () => describeEvents() },
  { target: API_CLIENT, make: async () => describeClient() },
  { target: ENTRY_WORDS, make: async () => collectEntryWords() },
]

async function makeTables(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-generate-'))
  chmodSync(folder, 0o711)
  const database = await startEmbedded({ dataDir: join(folder, 'data'), durable: false })
  try {
    await migrate(
      await prepareRoles(database.connection, new InstallationSecret(randomBytes(32)), 'tracedesk'),
    )
    return await describeTables(database.connection)
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function makeBotApi(): Promise<string | null> {
  if (existsSync(BOT_API_SOURCE)) return compactBotApi(JSON.parse(readFileSync(BOT_API_SOURCE, 'utf8')))
  console.error(`SKIPPED ${BOT_API_TARGET}: its source ${BOT_API_SOURCE} is not here.`)
  return null
}

const checking = process.argv.includes('--check')
for (const { target, make } of FILES) {
  const text = await make()
  if (text === null || (existsSync(target) && readFileSync(target, 'utf8') === text)) continue
  if (checking) {
    console.error(`${target} is not up to date; run "npm run generate" and commit it.`)
    process.exitCode = 1
  } else {
    writeFileSync(target, text)
    console.log(`Wrote ${target}`)
  }
}
