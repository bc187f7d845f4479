// Exports against COPY TO of the same rows, and the erasure of a customer with 10,000 entries, whose name colleagues
// typed among a hundred thousand searches.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { operatorCaller } from '../server/src/command/caller.ts'
import { NOTHING_WRITTEN, writeExport } from '../server/src/modules/exports/index.ts'
import { importFile } from '../server/src/modules/imports/index.ts'
import { openDesk, startCluster } from './desk.ts'
import { type Benchmark, type Figure, median } from './figure.ts'
import { typeSearches } from './typed.ts'

const CONVERSATIONS = 4_000
const EVENTS = 25
const RUNS = 3
/** One customer has this many messages beside everybody else's. */
const MANY = 10_000
/** So often somebody searched the log. */
const SEARCHES = 100_000

type Desk = Awaited<ReturnType<typeof openDesk>>

export const exportBenchmark: Benchmark = {
  name: 'export',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'export', false)
    try {
      await remember(desk, cluster.folder, CONVERSATIONS)
      await desk.node.databases.app.query('select 1')
      const figures: Figure[] = []
      for (const format of ['ndjson', 'csv'] as const)
        for (const parts of ['withheld', 'open'] as const) figures.push(await measure(desk, format, parts))
      return [...figures, ...(await erase(desk))]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

/** Imports that many conversations of 25 messages, and one of 10,000 more. */
export async function remember(desk: Desk, folder: string, conversations: number): Promise<void> {
  const file = join(folder, 'history.ndjson')
  await pipeline(Readable.from(dialogues(conversations)), createWriteStream(file))
  const caller = operatorCaller(desk.workspaceId)
  await importFile(desk.node, { file, folder: join(desk.dataDir, 'imports'), caller })
  await desk.node.settle()
}

async function measure(desk: Desk, format: 'ndjson' | 'csv', parts: 'open' | 'withheld'): Promise<Figure> {
  const ratios: number[] = []
  const rates: number[] = []
  let grown = 0
  for (let i = 0; i < RUNS; i++) {
    const copied = await copyRate(desk, parts)
    const before = process.memoryUsage().rss
    let most = before
    const begun = performance.now()
    const written = await writeExport(
      desk.node.exportPort.stream,
      {
        format,
        options: { bom: false },
        path: join(desk.dataDir, `bench.${format}`),
        rowsMax: 1e9,
        ask: { viewer: operatorCaller(desk.workspaceId), filter: {}, parts, size: 1e9 },
      },
      NOTHING_WRITTEN,
      async () => {
        most = Math.max(most, process.memoryUsage().rss)
      },
      200,
    )
    const rate = written.rows / ((performance.now() - begun) / 1000)
    rates.push(rate)
    ratios.push(rate / copied)
    grown = Math.max(grown, most - before)
  }
  return {
    name: `export ${format}, parts ${parts}, of COPY TO of the same rows`,
    value: median(ratios),
    unit: '',
    limit: { atLeast: 0.5 },
    note: `${Math.round(median(rates))} entries/s; memory grew by ${Math.round(grown / 1024 ** 2)} MiB`,
  }
}

/** Rows a second that PostgreSQL itself writes out, in the same order, with what lies beside them when parts are open. */
async function copyRate(desk: Desk, parts: 'open' | 'withheld'): Promise<number> {
  const client = new pg.Client(desk.node.options.targets.read)
  await client.connect()
  const beside =
    parts === 'open'
      ? `, (select jsonb_object_agg(p.name, encode(p.sealed, 'base64')) from log_part p
           where p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at) as parts`
      : ''
  try {
    const begun = performance.now()
    const stream = client.query(
      copyTo(
        `copy (select e.*${beside} from log_entry e where workspace_id = '${desk.workspaceId}' order by at, entry_id) to stdout`,
      ),
    )
    for await (const _ of stream);
    return stream.rowCount / ((performance.now() - begun) / 1000)
  } finally {
    await client.end()
  }
}

async function erase(desk: Desk): Promise<Figure[]> {
  const { node, workspaceId, owner } = desk
  const [row] = (
    await node.databases.readPool.query<{ id: string; name: string; n: number }>(
      `select c.customer_id as id, u.name, count(*)::int as n from conversation c join log_entry e using (workspace_id, conversation_id)
         join customer u on u.workspace_id = c.workspace_id and u.customer_id = c.customer_id
       where c.workspace_id = $1 group by 1, 2 order by 3 desc limit 1`,
      [workspaceId],
    )
  ).rows
  if (!row) throw new Error('nobody to erase')
  await typeSearches(desk, SEARCHES, row.name)
  while ((await node.textIndex.indexOnce(workspaceId)) > 0);
  const run = (name: string, input: unknown) => {
    const command = node.commandsByName.get(name)
    if (!command) throw new Error(`no command ${name}`)
    return node.door.execute(command, owner, input) as Promise<{ request: { id: string } }>
  }
  const { request } = await run('privacy.open_request', {
    customerId: row.id,
    kind: 'erasure',
    channel: 'letter',
  })
  const begun = performance.now()
  await run('privacy.erase_subject', { requestId: request.id })
  const erased = (performance.now() - begun) / 1000
  return [
    {
      name: 'erasure of a customer with many entries',
      value: erased,
      unit: 's',
      limit: { atMost: 5 },
      note: `${row.n} entries`,
    },
    await lookThrough(desk),
  ]
}

/** How fast colleagues' words are looked through afterwards. */
async function lookThrough({ node, workspaceId }: Desk): Promise<Figure> {
  const begun = performance.now()
  await node.settle()
  for (;;) {
    await sleep(20)
    const { rows } = await node.databases.app.query('select 1 from mention_search where workspace_id = $1', [
      workspaceId,
    ])
    if (rows.length === 0) break
  }
  const seconds = (performance.now() - begun) / 1000
  await node.settle()
  const { rows } = await node.databases.readPool.query<{ n: number }>(
    `select sum((convert_from(leaf, 'UTF8')::json -> 'data' ->> 'parts')::int)::int as n from log_entry
     where workspace_id = $1 and event = 'privacy.mentions_erased'`,
    [workspaceId],
  )
  return {
    name: 'words of colleagues looked through after it',
    value: SEARCHES / seconds,
    unit: '/s',
    limit: { atLeast: 5_000 },
    note: `${rows[0]?.n} of ${SEARCHES} destroyed in ${seconds.toFixed(1)} s`,
  }
}

const WORDS =
  'hello could you tell me when the next flight to the coast leaves and what it costs please thank'.split(' ')

function* dialogues(conversations: number): Iterable<string> {
  const line = (conversation: string, customer: string, n: number, at: number) =>
    `${JSON.stringify({
      at: new Date(at).toISOString(),
      event: n % 2 === 0 ? 'message.received' : 'message.sent',
      conversation,
      customer,
      actor: n % 2 === 0 ? { kind: 'customer', key: customer } : { kind: 'agent', key: `agent ${n % 20}` },
      text: Array.from({ length: 12 }, (_, i) => WORDS[(n * 7 + i * 3) % WORDS.length]).join(' '),
    })}\n`
  const begin = 1_600_000_000_000
  for (let c = 0; c < conversations; c++) {
    let text = ''
    for (let e = 0; e < EVENTS; e++)
      text += line(`talk ${c}`, `customer ${c % 3_000}`, e, begin + c * 600_000 + e * 20_000)
    yield text
  }
  for (let e = 0; e < MANY; e++) yield line('the long one', 'the faithful customer', e, begin + e * 60_000)
}
