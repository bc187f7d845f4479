import type { Databases } from '../db/database.ts'

/** Makes the monthly partitions for `instants`, each once a process; in a transaction of its own, since it is DDL. */
export async function ensureMonths(
  { aside }: Pick<Databases, 'aside'>,
  instants: Iterable<string>,
  known: Set<string>,
): Promise<void> {
  for (const at of instants) {
    const month = at.slice(0, 7)
    if (known.has(month)) continue
    await aside.query('select ensure_log_month($1)', [`${month}-01T00:00:00Z`])
    known.add(month)
  }
}
