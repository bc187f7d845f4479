// What each format of export holds in memory while it writes 310,000 entries with their parts open.
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ExportFormat } from '@tracedesk/contracts'
import { operatorCaller } from '../server/src/command/caller.ts'
import { NOTHING_WRITTEN, writeExport } from '../server/src/modules/exports/index.ts'
import { openDesk, startCluster } from './desk.ts'
import { remember } from './export.ts'
import type { Benchmark, Figure } from './figure.ts'

const CONVERSATIONS = 12_000
const FORMATS = ['ndjson', 'csv', 'parquet', 'xlsx', 'xes'] as const
/** A writer that gathered what it wrote would hold 200 MiB and more at the end; garbage of the moment makes 30. */
const GAIN_MAX_MIB = 80
const MIB = 1024 ** 2

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // what V8 puts there by that flag

export const exportMemory: Benchmark = {
  name: 'export-memory',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'memory', false)
    try {
      await remember(desk, cluster.folder, CONVERSATIONS)
      const figures: Figure[] = []
      for (const format of FORMATS) figures.push(await measure(desk, format))
      return figures
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

/**
 * How much more an export holds at its end than when a fifth of it was written: what grows with the rows shows here, what
 * a writer needs for itself does not. Each look is after a collection: garbage does not count.
 */
async function measure(desk: Awaited<ReturnType<typeof openDesk>>, format: ExportFormat): Promise<Figure> {
  const { rows } = await desk.node.databases.readPool.query<{ n: string }>(
    'select count(*) as n from log_entry',
  )
  const fifth = Number(rows[0]?.n) / 5
  const held: number[] = []
  const begun = performance.now()
  const ask = { viewer: operatorCaller(desk.workspaceId), filter: {}, parts: 'open' as const, size: 1e9 }
  const job = {
    format,
    options: { bom: false },
    path: join(desk.dataDir, `memory.${format}`),
    rowsMax: 1e9,
    ask,
  }
  const look = async (written: { rows: number }) => {
    if (written.rows < (held.length + 1) * fifth) return
    collect()
    const { heapUsed, external } = process.memoryUsage()
    held.push((heapUsed + external) / MIB)
  }
  const written = await writeExport(desk.node.exportPort.stream, job, NOTHING_WRITTEN, look, 100)
  const seconds = (performance.now() - begun) / 1000
  const [first, last] = [held[0], held.at(-1)]
  if (first === undefined || last === undefined || held.length < 3)
    throw new Error(`${format}: there were too few looks at the memory`)
  return {
    name: `memory an export as ${format} gains after its first fifth`,
    value: last - first,
    unit: 'MiB',
    limit: { atMost: GAIN_MAX_MIB },
    note: `${written.rows} entries in ${seconds.toFixed(1)} s; held at each fifth: ${held.map(Math.round).join(', ')} MiB`,
  }
}
