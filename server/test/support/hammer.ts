import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hashLeaf, inclusionProof, parseCheckpoint, parseNote, verifyInclusion } from '@tracedesk/proof/node'
import type { RoleTargets } from '../../src/db/roles.ts'
import { hashReader } from '../../src/ledger/tree-store.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import type { TracedeskNode } from '../../src/node.ts'
import type { HammerTask } from './hammer-node.ts'

const PROGRAM = fileURLToPath(new URL('./hammer-node.ts', import.meta.url))

export interface HammerOptions {
  /** Signs, and reads while others write. */
  readonly node: TracedeskNode
  readonly targets: RoleTargets
  /** The installation's secret, in hex. */
  readonly secret: string
  readonly workspaceId: string
  readonly seconds: number
  readonly processes: number
  readonly killEverySeconds: number
}

export interface HammerResult {
  readonly acknowledged: number
  readonly kills: number
  readonly verifications: number
  readonly proofs: number
  /** Acknowledged and not in the tree. */
  readonly lost: number
  /** Entries beyond one for a label. */
  readonly duplicated: number
  /** Verifications and inclusion proofs that did not hold. */
  readonly unverifiable: number
  /** The first of what verification found. */
  readonly findings: readonly string[]
  readonly entries: number
}

/**
 * Server processes write and sequence while others verify, and one after the other is killed with SIGKILL and
 * replaced. In the end everything acknowledged has to be in the tree once, and the whole has to verify.
 */
export async function hammer(options: HammerOptions): Promise<HammerResult> {
  const writers = new Writers(options)
  const reader = new Reader(options)
  for (let i = 0; i < options.processes; i++) writers.add()
  await writers.areWriting()
  const end = performance.now() + options.seconds * 1000
  const reading = reader.readUntil(end)
  while (performance.now() < end - options.killEverySeconds * 1000) {
    await sleep(options.killEverySeconds * 1000)
    await writers.replaceOldest()
  }
  await sleep(Math.max(0, end - performance.now()))
  await writers.stop()
  await reading
  await options.node.settle()
  await reader.verifyOnce()
  return { ...(await count(options, writers.acknowledged)), kills: writers.kills, ...reader.result() }
}

class Writers {
  readonly #options: HammerOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'tracedesk-hammer-'))
  readonly #running: { child: ChildProcess; writes: Promise<unknown> }[] = []
  readonly acknowledged: string[] = []
  kills = 0

  constructor(options: HammerOptions) {
    this.#options = options
  }

  add(): void {
    const { targets, secret, workspaceId } = this.#options
    const dataDir = join(this.#folder, String(this.kills + this.#running.length))
    const task: HammerTask = { targets, secret, dataDir, workspaceId, writers: 4 }
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface(child.stdout as NodeJS.ReadableStream)
    lines.on('line', id => this.acknowledged.push(id))
    this.#running.push({ child, writes: Promise.race([once(lines, 'line'), once(child, 'close')]) })
  }

  /** Resolves when each has written something: a slow machine takes seconds to start a process. */
  async areWriting(): Promise<void> {
    await Promise.all(this.#running.map(({ writes }) => writes))
  }

  /** Kills the one that has run longest, wherever it stands in its writing, and starts another. */
  async replaceOldest(): Promise<void> {
    const oldest = this.#running.shift()
    if (!oldest) return
    await oldest.writes
    oldest.child.kill('SIGKILL')
    if (oldest.child.exitCode === null && oldest.child.signalCode === null) await once(oldest.child, 'close')
    this.kills++
    this.add()
  }

  async stop(): Promise<void> {
    const ends = this.#running.map(({ child }) => (child.exitCode === null ? once(child, 'close') : null))
    for (const { child } of this.#running) child.kill('SIGTERM')
    await Promise.all(ends)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

class Reader {
  readonly #options: HammerOptions
  #verifications = 0
  #proofs = 0
  #unverifiable = 0
  readonly #findings: string[] = []

  constructor(options: HammerOptions) {
    this.#options = options
  }

  result() {
    const findings = this.#findings
    return {
      verifications: this.#verifications,
      proofs: this.#proofs,
      unverifiable: this.#unverifiable,
      findings,
    }
  }

  async readUntil(end: number): Promise<void> {
    while (performance.now() < end) {
      await this.verifyOnce()
      for (let i = 0; i < 20; i++) await this.#proveOne()
      await sleep(200)
    }
  }

  async verifyOnce(): Promise<void> {
    const { node, workspaceId } = this.#options
    const { findings } = await verifyLedger({
      databases: node.databases,
      workspaceId,
      secret: node.options.secret,
      signerFolder: join(node.options.dataDir, 'signer'),
    })
    this.#verifications++
    if (findings.length === 0) return
    this.#unverifiable++
    this.#findings.push(...findings.slice(0, 5).map(({ verdict, detail }) => `${verdict}: ${detail}`))
  }

  /** Any entry under the newest signed head, as an outsider would check it. */
  async #proveOne(): Promise<void> {
    const { node, workspaceId } = this.#options
    const db = node.databases.read
    const signed = await db
      .selectFrom('log_checkpoint')
      .select('note')
      .where('workspace_id', '=', workspaceId)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!signed) return
    const { size, root } = parseCheckpoint(parseNote(signed.note).text)
    const index = Math.floor(Math.random() * size)
    const { leaf } = await db
      .selectFrom('log_entry')
      .select('leaf')
      .where('workspace_id', '=', workspaceId)
      .where('position', '=', index)
      .executeTakeFirstOrThrow()
    const proof = await inclusionProof(index, size, hashReader(db, workspaceId, size))
    this.#proofs++
    if (verifyInclusion({ index, size, root, leafHash: hashLeaf(leaf) }, proof) !== 'ok') this.#unverifiable++
  }
}

async function count(
  { node, workspaceId }: HammerOptions,
  acknowledged: readonly string[],
): Promise<Pick<HammerResult, 'acknowledged' | 'lost' | 'duplicated' | 'entries'>> {
  const rows = await node.databases.read
    .selectFrom('log_entry')
    .select('subject_id')
    .where('workspace_id', '=', workspaceId)
    .where('event', '=', 'label.created')
    .execute()
  const there = new Set(rows.map(row => row.subject_id))
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter(id => !there.has(id)).length,
    duplicated: rows.length - there.size,
    entries: rows.length,
  }
}
