import { Gauge, type Registry } from 'prom-client'
import type { ReadDb } from '../../db/database.ts'
import { LAG } from '../../modules/streams/index.ts'

/** How far streams are behind, for Prometheus. One look at the database serves all three figures of a scrape. */
export function addStreamMetrics(registry: Registry, db: ReadDb): void {
  const labelNames = ['workspace', 'stream'] as const
  const entries = new Gauge({
    name: 'tracedesk_stream_lag_entries',
    help: 'Entries that a stream has not looked at yet',
    labelNames,
    registers: [registry],
    async collect() {
      const { rows } = await LAG.execute(db as never) // a ReadDb runs selects
      for (const gauge of [entries, seconds, letters]) gauge.reset()
      for (const { workspaceId: workspace, id: stream, ...row } of rows) {
        entries.set({ workspace, stream }, row.entries)
        seconds.set({ workspace, stream }, row.seconds)
        letters.set({ workspace, stream }, row.letters)
      }
    },
  })
  const seconds = new Gauge({
    name: 'tracedesk_stream_lag_seconds',
    help: 'Seconds since the oldest entry that a stream has not looked at was recorded',
    labelNames,
    registers: [registry],
  })
  const letters = new Gauge({
    name: 'tracedesk_stream_letters',
    help: 'Entries that a receiver refused and that were laid aside',
    labelNames,
    registers: [registry],
  })
}
