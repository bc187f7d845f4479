import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type pg from 'pg'
import { bindTx, type Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { addMicros } from '../../kernel/instant.ts'
import { BulkBatch } from '../../ledger/bulk.ts'
import type { PartOwnerId, SubjectKeys } from '../../ledger/subject-keys.ts'
import type { Directory } from './directory.ts'
import type { FileLine } from './file-lines.ts'
import { RejectedLine, type Rejection, readLine } from './line.ts'
import { agentKeysOf, customerKeyOf, type ReadLine, recognise } from './recognise.ts'
import { StateRows } from './state-rows.ts'
import { Translator } from './translate.ts'

/** After so many lines the event loop gets a turn: the batch before is being sent meanwhile. */
const SLICE = 10
const CLOCK_TOLERANCE_MICROS = 60_000_000

export interface PreparedBatch {
  /** The number of the last line that is done with when this batch stands. */
  readonly lastLine: number
  readonly recordedAt: string
  readonly entries: BulkBatch
  readonly rows: StateRows
  /** Lines that became entries. */
  readonly imported: number
  readonly rejections: readonly (Rejection & { line: number })[]
}

export interface PreparePorts {
  readonly databases: Databases
  readonly keys: SubjectKeys
  readonly directory: Directory
  readonly workspaceId: string
  readonly importId: string
  readonly botId: string
  readonly nodeId: string
}

/**
 * Makes a batch of lines ready to be committed: reads and checks them, finds out whom they speak of, seals, encodes and
 * hashes. Changes nothing in the database but the keys of people met for the first time, which seal nothing until the
 * batch itself stands.
 */
export async function prepareBatch(
  ports: PreparePorts,
  lines: readonly FileLine[],
  lastLine: number,
): Promise<PreparedBatch> {
  const { workspaceId, directory, databases } = ports
  const recordedAt = await readClock(databases)
  const rejections: (Rejection & { line: number })[] = []
  const read = await readAll(lines, addMicros(recordedAt, CLOCK_TOLERANCE_MICROS), rejections)
  await directory.load({
    customers: read.flatMap(each => [customerKeyOf(each.line), ...actingCustomer(each)]),
    agents: read.flatMap(agentKeysOf),
    conversations: read.map(({ line }) => line.conversation),
  })
  const owners = new Set<PartOwnerId>()
  for (const each of read) addOwners(owners, directory, each)
  const keys = await loadKeys(ports, new Set(owners))
  // somebody without a key was erased, which is rare: only then each line is asked whom it speaks of
  const isWhole = keys.size === owners.size
  const entries = new BulkBatch(workspaceId, recordedAt, ports.nodeId)
  const rows = new StateRows(workspaceId)
  const translator = new Translator({ ...ports, keys, batch: entries, rows })
  let imported = 0
  for (const [i, each] of read.entries()) {
    if (i % SLICE === 0) await yieldToOthers()
    const erased = isWhole ? undefined : erasedIn(each, directory, keys)
    const rejection = translateOne(translator, each, erased)
    if (rejection) rejections.push({ line: each.number, ...rejection })
    else imported++
  }
  translator.finish()
  return { lastLine, recordedAt, entries, rows, imported, rejections }
}

async function readClock(databases: Databases): Promise<string> {
  const { rows } = await databases.readPool.query<{ now: string }>('select clock_timestamp() as now')
  const now = rows[0]?.now
  if (!now) throw new Error('the database did not tell the time')
  return now
}

async function readAll(
  lines: readonly FileLine[],
  latest: string,
  rejections: (Rejection & { line: number })[],
): Promise<ReadLine[]> {
  const read: ReadLine[] = []
  for (const [i, line] of lines.entries()) {
    if (i % (SLICE * 4) === 0) await yieldToOthers()
    try {
      if ('cause' in line) throw new RejectedLine(line.cause, line.detail ?? '')
      read.push(recognise(line.number, readLine(line.text, latest)))
    } catch (error) {
      if (!(error instanceof RejectedLine)) throw error
      rejections.push({ line: line.number, ...error.rejection })
    }
  }
  return read
}

function translateOne(
  translator: Translator,
  read: ReadLine,
  erased: PartOwnerId | undefined,
): Rejection | null {
  if (erased) return { cause: 'person_erased', detail: erased }
  try {
    translator.translate(read)
    return null
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'entry.too_large')
      return { cause: 'entry_too_large', detail: 'the line’s facts do not fit into 4,096 bytes' }
    throw error
  }
}

const actingCustomer = ({ line }: ReadLine): string[] =>
  line.actor.kind === 'customer' ? [line.actor.key] : []

/** Adds whose keys a line may need. */
function addOwners(owners: Set<PartOwnerId>, directory: Directory, read: ReadLine): void {
  const { line } = read
  const known = directory.conversations.get(line.conversation)
  owners.add(`customer:${known ? known.customer.id : directory.customerId(customerKeyOf(line))}`)
  for (const key of actingCustomer(read)) owners.add(`customer:${directory.customerId(key)}`)
  for (const key of agentKeysOf(read)) owners.add(`agent:${directory.agentId(key)}`)
}

function erasedIn(
  read: ReadLine,
  directory: Directory,
  keys: ReadonlyMap<PartOwnerId, Buffer>,
): PartOwnerId | undefined {
  const owners = new Set<PartOwnerId>()
  addOwners(owners, directory, read)
  return [...owners].find(owner => !keys.has(owner))
}

/** The keys of everybody the lines speak of, made where they are missing; without those who were erased. */
async function loadKeys(
  { databases, keys, workspaceId }: PreparePorts,
  owners: Set<PartOwnerId>,
): Promise<Map<PartOwnerId, Buffer>> {
  const known = await keys.forOpening(databases.read, workspaceId, owners)
  for (const [owner, key] of known) if (key.state === 'erased') owners.delete(owner)
  const client = await databases.ledger.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const sealing = await keys.forSealing(bindTx(client), workspaceId, owners)
    await client.query('commit')
    sealing.remember()
    return sealing.keys
  } catch (error) {
    broken = await rollBack(client)
    throw error
  } finally {
    client.release(broken)
  }
}

/** Undoes a transaction; the error when the connection is of no more use. */
export async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error as Error
  }
}
