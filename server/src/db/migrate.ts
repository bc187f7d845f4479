import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { sha256 } from '../kernel/secret.ts'
import { StartError } from '../kernel/start-error.ts'
import { type RoleTargets, roleNames } from './roles.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

interface Migration {
  readonly version: number
  readonly name: string
  readonly text: string
  readonly sha256: string
}

function readMigrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter(file => /^\d{4}_[a-z_]+\.sql$/.test(file))
    .sort()
    .map(file => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8')
      return { version: Number(file.slice(0, 4)), name: file, text, sha256: sha256(text).toString('hex') }
    })
}

/** The version of the schema this program works with. */
export const schemaVersion = (): number => readMigrations().at(-1)?.version ?? 0

/**
 * Brings the schema up to date: each new file in a transaction of its own, in order, one node at a time. Returns
 * the version before and after. Throws StartError `schema.newer` when the database was used by a newer program and
 * `schema.edited` when a file that has been applied was changed since. `upTo` stops before newer files: a backup is
 * put back into the schema it was taken from.
 */
export async function migrate(targets: RoleTargets, upTo = Infinity): Promise<{ from: number; to: number }> {
  const client = new pg.Client(targets.migrator)
  await client.connect()
  try {
    await requireSchemaRights(client)
    await client.query("select pg_advisory_lock(hashtext('tracedesk.migrate'))")
    await client.query(
      'create table if not exists schema_version (version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())',
    )
    const applied = new Map(
      (await client.query('select version, sha256 from schema_version')).rows.map(row => [
        row.version as number,
        row.sha256 as string,
      ]),
    )
    const from = Math.max(0, ...applied.keys())
    const migrations = readMigrations().filter(({ version }) => version <= upTo)
    if (from > (migrations.at(-1)?.version ?? 0))
      throw new StartError(
        'schema.newer',
        `This database has schema ${from}; this program knows schemas up to ${migrations.at(-1)?.version}. Use the newer program.`,
      )
    for (const migration of migrations)
      await apply(client, migration, applied.get(migration.version), roleNames(targets))
    return { from, to: migrations.at(-1)?.version ?? 0 }
  } finally {
    await client.end()
  }
}

async function apply(
  client: pg.Client,
  migration: Migration,
  applied: string | undefined,
  names: Record<'app' | 'ledger' | 'read', string>,
): Promise<void> {
  if (applied === migration.sha256) return
  if (applied !== undefined)
    throw new StartError(
      'schema.edited',
      `Migration ${migration.name} was changed after it had been applied.`,
    )
  const text = migration.text.replace(/\{\{(app|ledger|read)\}\}/g, (_, role: 'app' | 'ledger' | 'read') =>
    client.escapeIdentifier(names[role]),
  )
  try {
    await client.query('begin')
    await client.query(text)
    await client.query('insert into schema_version (version, name, sha256) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.sha256,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new StartError('schema.failed', `Migration ${migration.name} failed: ${(error as Error).message}`)
  }
}

async function requireSchemaRights(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "select has_schema_privilege('public', 'create') as may, current_user as name",
  )
  if (rows[0]?.may !== true)
    throw new StartError(
      'schema.failed',
      `The database user ${rows[0]?.name} may not create tables in schema public: grant it that, or let it own the database.`,
    )
}
