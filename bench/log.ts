// The behaviour log with a million entries behind it, or with --large also with ten: what a person does in the explorer.
import type { Caller } from '../server/src/command/caller.ts'
import { mentionsSql } from '../server/src/modules/disputes/index.ts'
import { type Desk, openDesk, startCluster } from './desk.ts'
import { type Benchmark, type Figure, quantile } from './figure.ts'
import { type FilledLog, fillLog } from './fill-log.ts'

const MILLION = Number(process.env.BENCH_MILLION ?? 1_000_000)
const ROUNDS = 24
/** So many pages down is deep. */
const DEEP = 20

type Filter = Record<string, string | string[]>

const filtersOf = (log: FilledLog): Record<string, Filter> => ({
  everything: {},
  'one event': { event: 'message.sent' },
  'one agent': { actor: log.agentId },
  'one conversation': { conversation: log.conversationId },
  'one customer': { customer: log.customerId },
  'what was refused': { outcome: 'refused' },
})
const furtherFiltersOf = (log: FilledLog): Record<string, Filter> => ({
  'a department': { department: log.departmentId },
  'a bot in a month': { bot: log.botId, from: monthsAgo(4), to: monthsAgo(3) },
  'an agent’s notes': { actor: log.agentId, event: 'note.*' },
  'an agent without entries': { actor: log.quietAgentId, event: 'message.*' },
  'an area': { event: 'conversation.*' },
})
const textsOf = (log: FilledLog): Record<string, Filter> => ({
  'a rare word': { q: log.words.rare },
  'a middling word': { q: log.words.middling },
  'a common word': { q: log.words.common },
  'a Chinese word': { q: log.words.chinese },
  'two words': { q: `${log.words.common} ${log.words.middling}` },
})
const monthsAgo = (months: number): string => {
  const at = new Date()
  at.setUTCMonth(at.getUTCMonth() - months)
  return at.toISOString()
}

export const log: Benchmark = {
  name: 'log',
  run: async () => {
    const large = process.argv.includes('--large')
    const small = await measureAt(MILLION)
    if (!large) return small.figures
    const big = await measureAt(10 * MILLION)
    const ratios = [...big.filters].flatMap(([name, value]): Figure[] => {
      const before = small.filters.get(name)
      if (before === undefined) return [] // the smaller log has no such page
      const base = Math.max(before, 1)
      return [
        {
          name: `${name}: 10 million against 1 million`,
          value: Math.max(value, 1) / base,
          unit: '×',
          // below a few milliseconds a ratio tells of the machine's other work, not of ours
          limit: value < 5 ? null : { atMost: 1.5 },
          note: `p95 ${base.toFixed(1)} ms and ${value.toFixed(1)} ms`,
        },
      ]
    })
    return [...small.figures, ...big.figures, ...ratios]
  },
}

interface Measured {
  readonly figures: Figure[]
  /** p95 of each common filter, in milliseconds. */
  readonly filters: Map<string, number>
}

async function measureAt(entries: number): Promise<Measured> {
  const cluster = await startCluster()
  try {
    const desk = await openDesk(cluster, 'log', false)
    try {
      const begun = performance.now()
      const filled = await fillLog(desk, entries)
      console.log(
        `         filled ${filled.entries} entries in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
      )
      return await measure(desk, filled)
    } finally {
      await desk.close()
    }
  } finally {
    await cluster.stop()
  }
}

async function measure(desk: Desk, filled: FilledLog): Promise<Measured> {
  const size = `${filled.entries / MILLION} M`
  const figures: Figure[] = []
  const filters = new Map<string, number>()
  const add = (name: string, ms: number, atMost: number | null) => {
    const limit = atMost === null ? null : { atMost }
    const figure: Figure = { name: `${size}: ${name}, p95`, value: ms, unit: 'ms', limit }
    figures.push(figure)
    console.log(`         ${figure.name}: ${ms.toFixed(1)} ms`) // half an hour at ten million: show that it goes on
  }
  for (const [name, filter] of Object.entries(filtersOf(filled))) {
    const [first, deep] = await pages(desk, filter)
    add(`${name}, first page`, first, 50)
    filters.set(`${name}, first page`, first)
    if (deep === null) continue
    add(`${name}, page ${DEEP}`, deep, 50)
    filters.set(`${name}, page ${DEEP}`, deep)
  }
  for (const [name, filter] of Object.entries(furtherFiltersOf(filled)))
    add(`${name}, first page`, (await pages(desk, filter))[0], null)
  for (const [name, filter] of Object.entries(textsOf(filled)))
    add(`${name}, first page`, (await pages(desk, filter))[0], 300)
  const facets = {
    ...filtersOf(filled),
    'a month': { from: monthsAgo(1) },
    'a week': { from: new Date(Date.now() - 7 * 86_400_000).toISOString() },
    'a common word': { q: filled.words.common },
  }
  for (const [name, filter] of Object.entries(facets)) {
    add(`facets of ${name}`, await repeat(() => ask(desk, 'log.facets', filter)), 300)
    add(`histogram of ${name}`, await repeat(() => ask(desk, 'log.histogram', filter)), 300)
  }
  add('who looked at a customer', await repeat(() => findLooks(desk, filled)), null)
  const callerOf = (id: string): Caller => ({
    ...desk.owner,
    actor: { ...desk.owner.actor, id, role: 'agent' },
    standing: { scope: 'own', bots: null, withheld: false, rank: 1, mustEnrol: false },
  })
  const agent = callerOf(filled.agentId)
  add('an agent’s own log, first page', await repeat(() => ask(desk, 'log.search', {}, agent)), 50)
  const quiet = callerOf(filled.quietAgentId)
  add('a new agent’s own log, first page', await repeat(() => ask(desk, 'log.search', {}, quiet)), 50)
  add('an agent’s own facets', await repeat(() => ask(desk, 'log.facets', {}, agent)), 300)
  return { figures, filters }
}

/** p95 of the first page and of a page far down; the latter null where there are not as many. */
async function pages(desk: Desk, filter: Filter): Promise<[number, number | null]> {
  const first = await repeat(() => ask(desk, 'log.search', filter))
  let cursor = ''
  for (let page = 0; page < DEEP; page++) {
    const answer = await ask(desk, 'log.search', { ...filter, ...(cursor === '' ? {} : { cursor }) })
    const { nextCursor } = answer as { nextCursor: string | null }
    if (nextCursor === null) return [first, null]
    cursor = nextCursor
  }
  return [first, await repeat(() => ask(desk, 'log.search', { ...filter, cursor }))]
}

/** p95 in milliseconds, after two that warm up. */
async function repeat(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < ROUNDS + 2; i++) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
  }
  return quantile(times.slice(2), 0.95)
}

/** Looks that name a customer or their conversation, as a case finds them: one entry in 25 is a look at somebody. */
async function findLooks({ node, workspaceId }: Desk, filled: FilledLog): Promise<void> {
  const customerIds = [filled.customerId]
  const named = mentionsSql({ kind: 'customer', workspaceId, conversationIds: [], customerIds } as never) // all it reads
  const condition = named?.compile(node.databases.read as never) // compiling needs no more than what a ReadDb hides
  const { rows } = await node.databases.readPool.query(
    `select e.entry_id from log_entry e where ${condition?.sql} and e.workspace_id = '${workspaceId}' order by e.at, e.entry_id`,
    [...(condition?.parameters ?? [])],
  )
  if (rows.length === 0) throw new Error('nobody looked')
}

/** A query as the console asks it, with its record in the log. */
function ask(desk: Desk, name: string, input: Filter, caller: Caller = desk.owner): Promise<unknown> {
  const query = desk.node.queriesByName.get(name)
  if (!query) throw new Error(`no query ${name}`)
  return desk.node.queries.run(query, caller, input)
}
