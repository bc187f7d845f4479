import pg from 'pg'
import type { World } from './world.ts'

/** Each table of the database as `COPY` writes it, partitions among them. */
export async function* dumpTables(world: World): AsyncGenerator<{ table: string; text: string }> {
  const client = new pg.Client(world.connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
    )
    for (const { name } of rows) {
      const { rows: lines } = await client.query<{ line: string }>(`select t::text as line from ${name} t`)
      yield { table: name, text: lines.map(row => row.line).join('\n') }
    }
  } finally {
    await client.end()
  }
}

/** The files of the database after everything dead was cleared away and everything living written out. */
export async function* dumpFiles(world: World): AsyncGenerator<{ file: string; bytes: Buffer }> {
  const client = new pg.Client(world.connection)
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    )
    for (const { name } of tables.rows) await client.query(`vacuum full ${name}`)
    // planners keep samples of the values they saw
    await client.query('analyze')
    await client.query('vacuum full pg_statistic')
    await client.query('checkpoint')
    const { rows } = await client.query<{ file: string }>(
      "select 'base/' || oid || '/' || name as file from pg_database, pg_ls_dir('base/' || oid) as name where datname = current_database()",
    )
    for (const { file } of rows) {
      const read = await client.query<{ bytes: Buffer }>(
        'select pg_read_binary_file($1, 0, 200000000, true) as bytes',
        [file],
      )
      if (read.rows[0]?.bytes) yield { file, bytes: read.rows[0].bytes }
    }
  } finally {
    await client.end()
  }
}

/** Whether a dump holds `text`: as it is, or as `bytea` writes it. */
export function isNamedIn(dump: string, text: string): boolean {
  return dump.includes(text) || dump.includes(Buffer.from(text, 'utf8').toString('hex'))
}
