// A command with its entries against the same transaction without any log: same handler, same SQL, on a database
// whose triggers are gone, with nothing appended. What was written is kept in either case, sealed under its customer's
// key: a desk that forgot its messages would be no measure. Search over messages rests on both sides for the figure
// that has a floor; what it costs beside the log is told by the other. Runs alternate, so that a busy machine burdens
// both alike.
import type pg from 'pg'
import type { Command, CommandContext } from '../server/src/command/define.ts'
import { keepAnswer, recallAnswer } from '../server/src/command/idempotency.ts'
import { endTransaction } from '../server/src/command/transaction.ts'
import { bindTx } from '../server/src/db/database.ts'
import { newId } from '../server/src/kernel/id.ts'
import { seal } from '../server/src/kernel/secret.ts'
import { partContext } from '../server/src/ledger/draft.ts'
import type { PartOwnerId } from '../server/src/ledger/subject-keys.ts'
import { type Cluster, type Desk, openDesk, runSql, startCluster } from './desk.ts'
import { type Benchmark, type Figure, median, quantile } from './figure.ts'

const WRITERS = 16
const ROUND_MS = 2_000
/** Pairs of rounds: few for what is only told, enough for a median that stands still for what has a floor. */
const ROUNDS = { told: 5, floor: 15 }

interface Round {
  readonly perSecond: number
  readonly p99: number
  /** Processor time a command, in microseconds. */
  readonly own: number
  readonly database: number
}

export const command: Benchmark = {
  name: 'command',
  run: async () => {
    const cluster = await startCluster()
    const logged = await openDesk(cluster, 'logged')
    const bare = await openDesk(cluster, 'bare')
    try {
      await bare.node.sequencer.stop()
      await runSql(bare.connection, DROP_TRIGGERS)
      await runSql(bare.connection, KEPT_TEXT)
      const withLog = await writers(cluster, logged, (message, input) =>
        logged.node.door.execute(message, logged.owner, input, { idempotencyKey: newId() }),
      )
      const without = await writers(cluster, bare, (message, input) => runBare(bare, message, input))
      const searching = await compare('16 writers, words indexed on one side', withLog, without, ROUNDS.told)
      await logged.node.textIndex.stop()
      const name = '16 writers, message.send as the console sends it'
      const figures = await compare(name, withLog, without, ROUNDS.floor)
      return [...figures, ...searching.map(figure => ({ ...figure, limit: null }))]
    } finally {
      await logged.close()
      await bare.close()
      await cluster.stop()
    }
  },
}

type Send = (command: Command, input: unknown) => Promise<unknown>
type Writers = () => Promise<Round>

async function writers(cluster: Cluster, desk: Desk, send: Send): Promise<Writers> {
  const ids = await desk.conversations(WRITERS)
  const message = desk.node.commandsByName.get('message.send')
  if (!message) throw new Error('no message.send')
  return async () => {
    const times: number[] = []
    const end = performance.now() + ROUND_MS
    const begun = performance.now()
    const before = cluster.cpu()
    await Promise.all(
      ids.map(async conversationId => {
        while (performance.now() < end) {
          const from = performance.now()
          await send(message, { conversationId, text: 'Your flight leaves at noon, gate 12.' })
          times.push(performance.now() - from)
        }
      }),
    )
    const after = cluster.cpu()
    return {
      perSecond: times.length / ((performance.now() - begun) / 1000),
      p99: quantile(times, 0.99),
      own: (after.own - before.own) / times.length,
      database: (after.database - before.database) / times.length,
    }
  }
}

async function compare(name: string, withLog: Writers, without: Writers, rounds: number): Promise<Figure[]> {
  await withLog()
  await without()
  const pairs: { log: Round; bare: Round }[] = []
  for (let i = 0; i < rounds; i++) {
    const first = i % 2 === 0 ? await withLog() : undefined
    const bare = await without()
    pairs.push({ log: first ?? (await withLog()), bare })
  }
  const rate = (pick: 'log' | 'bare') => Math.round(median(pairs.map(pair => pair[pick].perSecond)))
  const cpu = (pick: 'log' | 'bare') =>
    (['own', 'database'] as const)
      .map(place => Math.round(median(pairs.map(pair => pair[pick][place]))))
      .join(' + ')
  const tail = (pick: 'log' | 'bare') => median(pairs.map(pair => pair[pick].p99)).toFixed(1)
  return [
    {
      name: `command with entries / without log: ${name}`,
      value: median(pairs.map(({ log, bare }) => log.perSecond / bare.perSecond)),
      unit: 'of its rate',
      limit: { atLeast: 0.75 },
      note: `${rate('log')}/s against ${rate('bare')}/s, median of ${rounds} pairs of rounds; processor time a command, here + PostgreSQL: ${cpu('log')} µs against ${cpu('bare')} µs`,
    },
    {
      name: `  its p99`,
      value: median(pairs.map(({ log, bare }) => log.p99 / bare.p99)),
      unit: 'times',
      limit: { atMost: 2 },
      note: `${tail('log')} ms against ${tail('bare')} ms`,
    },
  ]
}

/** Where the side without a log keeps what was written; made like the table the other side has for it. */
const KEPT_TEXT = `do $$ begin
  create table kept_text (like log_part including indexes);
  execute (select format('grant insert on kept_text to %I', grantee) from information_schema.role_table_grants
    where table_name = 'message' and privilege_type = 'INSERT' and grantee <> current_user limit 1);
end $$`

const DROP_TRIGGERS = `do $$ declare t record; begin
  for t in select tgrelid::regclass as place, tgname from pg_trigger where tgname = 'is_recorded' loop
    execute format('drop trigger %I on %s', t.tgname, t.place);
  end loop;
end $$`

interface Text {
  readonly id: string
  readonly name: string
  readonly bytes: Buffer
  readonly owner: PartOwnerId
}

/** Keeps what was written: nothing proves it, but it is there, and only its customer's key opens it. */
async function keepTexts(
  desk: Desk,
  client: pg.PoolClient,
  at: string,
  texts: readonly Text[],
): Promise<() => Promise<unknown>> {
  const { keys, remember } = await desk.node.keys.forSealing(
    bindTx(client),
    desk.workspaceId,
    texts.map(text => text.owner),
  )
  remember()
  const statements = texts.map(({ id, name, bytes, owner }) => {
    const sealed = seal(keys.get(owner) as Buffer, bytes, partContext(desk.workspaceId, id, name))
    return {
      name: 'keep_text',
      text: 'insert into kept_text (workspace_id, entry_id, name, at, owner, sealed) values ($1, $2, $3, $4, $5, $6)',
      values: [desk.workspaceId, id, name, at, owner, sealed],
    }
  })
  return () => Promise.all(statements.map(statement => client.query(statement)))
}

const SEAL_KEY = Buffer.alloc(32, 3)

/** What `execute` does, but for the log: admit, begin, look for an earlier answer, handle, keep the answer, commit. */
async function runBare(desk: Desk, message: Command, raw: unknown): Promise<unknown> {
  const input = message.contract.input.parse(raw)
  const prepared = message.prepare ? await message.prepare(input, desk.owner) : undefined
  const client = await desk.node.databases.app.connect()
  try {
    const begun = (await client.query('begin; select clock_timestamp() as now')) as unknown as {
      rows: { now: string }[]
    }[]
    const tx = bindTx(client)
    const key = newId()
    await recallAnswer(tx, desk.owner, message.contract.name, input, key, SEAL_KEY)
    const texts: Text[] = []
    const context: CommandContext = {
      tx,
      caller: desk.owner,
      workspaceId: desk.workspaceId,
      now: begun[1]?.rows[0]?.now ?? '',
      record: (_event, _data, options) => {
        const id = newId()
        for (const [name, text] of Object.entries(options.parts ?? {}))
          if (text !== undefined && options.conversation)
            texts.push({
              id,
              name,
              bytes: Buffer.from(text),
              owner: `customer:${options.conversation.customerId}`,
            })
        return id
      },
      holdsChain: () => {},
      expectsChain: () => {},
      afterCommit: () => {},
      refuseAfterCommit: error => {
        throw error
      },
      enterWorkspace: () => {},
    }
    const output = message.contract.output.parse(await message.handle(context, input, prepared as never))
    const answer = keepAnswer(desk.owner, key, output, SEAL_KEY)
    const keep = await keepTexts(desk, client, context.now, texts)
    const [, { failure, ended }] = await Promise.all([keep(), endTransaction(client, answer ? [answer] : [])])
    if (failure || ended.status === 'rejected' || ended.value.command !== 'COMMIT')
      throw new Error('the transaction without log failed')
    return output
  } finally {
    client.release()
  }
}
