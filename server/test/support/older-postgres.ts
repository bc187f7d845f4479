import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../postgres', import.meta.url))

/** The folder with the programs of an older PostgreSQL, which `npm test` fetches; null, said loudly, without them. */
export function findOlderPostgres(major: 15 | 16 | 17): string | null {
  const bin = `${FOLDER}/node_modules/pg${major}-${process.platform}-${process.arch}/native/bin`
  if (existsSync(bin)) return bin
  process.stderr.write(
    `SKIPPED: PostgreSQL ${major}, because ${bin} is not there. Run "npm ci --ignore-scripts" in server/test/postgres.\n`,
  )
  return null
}
