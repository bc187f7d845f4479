import type { CompiledQuery } from 'kysely'
import type pg from 'pg'
import { runNamed } from '../db/database.ts'

/** Opens the transaction and reads the database's clock, in one round trip. */
export async function begin(client: pg.PoolClient): Promise<string> {
  // Several statements in one text give an array of results; the types of pg know only the single form.
  const results = (await client.query(
    'begin; select clock_timestamp() as now',
  )) as unknown as pg.QueryResult<{ now: string }>[]
  const now = results[1]?.rows[0]?.now
  if (!now) throw new Error('the database did not tell the time')
  return now
}

/**
 * Sends the last statements of a transaction and its COMMIT in one go. When one of them fails, PostgreSQL answers the
 * COMMIT behind it with ROLLBACK, and no error.
 */
export async function endTransaction(
  client: pg.PoolClient,
  statements: readonly CompiledQuery[],
): Promise<{ failure: PromiseRejectedResult | undefined; ended: PromiseSettledResult<pg.QueryResult> }> {
  const sent = statements.map(statement => runNamed(client, statement))
  const [ended, ...written] = await Promise.allSettled([client.query('commit'), ...sent])
  return { failure: written.find(result => result.status === 'rejected'), ended }
}

/** True when the connection can be used again. */
export async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false // the connection is gone, and with it the transaction; release(true) throws it away
  }
}
