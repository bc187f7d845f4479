// Writes server/src/db/tables.generated.ts from a migrated database, so that a wrong column name is a type error.
import pg from 'pg'

const TYPES: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  timestamptz: 'string',
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  bytea: 'Buffer',
  jsonb: 'unknown',
  _uuid: 'string[]',
  _int8: 'string[]',
  _text: 'string[]',
  xid8: 'string',
  date: 'string',
}

/** The text of tables.generated.ts for the database that `config` leads to. */
export async function describeTables(config: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(config)
  await client.connect()
  const { rows } = await client.query(`
    select c.relname as table, a.attname as column, t.typname as type, a.attnotnull as "notNull",
      (a.atthasdef or a.attidentity <> '') as "hasDefault"
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped and c.relname <> 'schema_version'
    order by c.relname, a.attnum`)
  await client.end()
  const tables = Map.groupBy(rows, row => row.table as string)
  const lines = [
    '// Generated from the migrations by `npm run generate`. Do not edit.',
    "import type { Generated } from 'kysely'",
    '',
    'export interface Tables {',
  ]
  for (const [table, columns] of tables) {
    lines.push(`  ${table}: {`)
    for (const { column, type, notNull, hasDefault } of columns) {
      const base = TYPES[type]
      if (!base) throw new Error(`no TypeScript type is known for ${type} (${table}.${column})`)
      const value = notNull ? base : `${base} | null`
      lines.push(`    ${column}: ${hasDefault ? `Generated<${value}>` : value}`)
    }
    lines.push('  }')
  }
  return `${lines.join('\n')}\n}\n`
}
