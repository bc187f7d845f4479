// Import and full verification: a made-up file of support dialogues goes in, then everything is verified.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { operatorCaller } from '../server/src/command/caller.ts'
import { verifyLedger } from '../server/src/ledger/verify.ts'
import { importFile } from '../server/src/modules/imports/index.ts'
import { openDesk, startCluster } from './desk.ts'
import { type Benchmark, type Figure, median } from './figure.ts'

const CONVERSATIONS = 8_000
const EVENTS = 25
const VERIFICATIONS = 3

export const history: Benchmark = {
  name: 'history',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'history', false)
    try {
      const file = join(cluster.folder, 'history.ndjson')
      await pipeline(Readable.from(dialogues()), createWriteStream(file))
      const before = cluster.cpu()
      const begun = performance.now()
      const result = await importFile(desk.node, {
        file,
        folder: join(desk.dataDir, 'imports'),
        caller: operatorCaller(desk.workspaceId),
      })
      const seconds = (performance.now() - begun) / 1000
      const after = cluster.cpu()
      const own = (after.own - before.own) / result.imported
      const database = (after.database - before.database) / result.imported
      const imported: Figure = {
        name: 'import, entries with proofs',
        value: result.imported / seconds,
        unit: 'entries/s',
        limit: { atLeast: 25_000 },
        note: `${result.imported} lines; processor time per entry: ${own.toFixed(0)} µs here, ${database.toFixed(0)} µs in PostgreSQL`,
      }
      await desk.node.settle()
      return [imported, await verify(desk)]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

async function verify(desk: Awaited<ReturnType<typeof openDesk>>): Promise<Figure> {
  const rates: number[] = []
  const before = process.memoryUsage().rss
  let most = before
  for (let i = 0; i < VERIFICATIONS; i++) {
    const report = await verifyLedger({
      databases: desk.node.databases,
      workspaceId: desk.workspaceId,
      signerFolder: join(desk.dataDir, 'signer'),
      secret: desk.node.options.secret,
      onProgress: () => {
        most = Math.max(most, process.memoryUsage().rss)
      },
    })
    if (report.verdict !== 'ok') throw new Error(`the ledger does not verify: ${report.verdict}`)
    rates.push(report.checkedEntries / report.seconds)
  }
  return {
    name: 'verification of everything',
    value: median(rates),
    unit: 'entries/s',
    limit: { atLeast: 100_000 },
    note: `median of ${VERIFICATIONS}; memory grew by ${Math.round((most - before) / 1024 ** 2)} MiB`,
  }
}

const WORDS =
  'hello could you tell me when the next flight to the coast leaves and what it costs please thank'.split(' ')

export function* dialogues(): Iterable<string> {
  for (let c = 0; c < CONVERSATIONS; c++) {
    const lines: string[] = []
    for (let e = 0; e < EVENTS; e++) {
      const customer = { kind: 'customer', key: `customer ${c % 3_000}` }
      const agent = { kind: 'agent', key: `agent ${c % 100}` }
      const text = Array.from({ length: 12 }, (_, i) => WORDS[(c * 7 + e * 3 + i) % WORDS.length]).join(' ')
      const [event, actor] =
        e % 5 === 4
          ? ['crm.looked_up', agent]
          : e % 2 === 0
            ? ['message.received', customer]
            : ['message.sent', agent]
      lines.push(
        JSON.stringify({
          at: new Date(1_577_836_800_000 + c * 3_600_000 + e * 30_000).toISOString(),
          event,
          conversation: `talk ${c}`,
          customer: customer.key,
          actor,
          text,
          ...(e % 5 === 4 ? { data: { record: c * e } } : {}),
        }),
      )
    }
    yield `${lines.join('\n')}\n`
  }
}
