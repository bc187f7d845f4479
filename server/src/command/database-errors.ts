import pg from 'pg'
import { ConsoleError } from '../kernel/console-error.ts'

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''

/** Two transactions crossed; PostgreSQL undid ours wholly, so it may run again. */
export const isWorthRetrying = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** PostgreSQL itself said no and lives on: the transaction is undone. A lost connection leaves that open. */
export const isVerdict = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity === 'ERROR'

const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '08001',
  '53300',
])

/** Gives the database's troubles the codes callers know; anything else passes unchanged. */
export function explainDatabaseError(error: unknown): unknown {
  if (error instanceof ConsoleError) return error
  const code = codeOf(error)
  if (code === '53100' || code === 'ENOSPC') return new ConsoleError('database.full', {}, { cause: error })
  // raised by triggers that stand between every sender and somebody whose data is only stored
  if (code === 'TD003') return new ConsoleError('customer.restricted', {}, { cause: error })
  if (code === '25006') return new ConsoleError('database.read_only', {}, { cause: error })
  if (
    LOST.has(code) ||
    (error instanceof Error &&
      /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(error.message))
  )
    return new ConsoleError('database.unavailable', {}, { cause: error })
  return error
}
