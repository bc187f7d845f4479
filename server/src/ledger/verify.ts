import { decodeLeaf, hashLeaf } from '@tracedesk/proof/node'
import type pg from 'pg'
import type { Databases } from '../db/database.ts'
import { hmac, type InstallationSecret, sameBytes } from '../kernel/secret.ts'
import { ENTRY_COLUMNS } from './append.ts'
import {
  type Acknowledgement,
  type Ask,
  findGone,
  findUnacknowledged,
  readAcknowledgement,
  readAcknowledgements,
} from './findings-put-aside.ts'
import { ResumeError } from './resume-error.ts'
import { readSignerMemory } from './signer-memory.ts'
import type { SubjectKeys } from './subject-keys.ts'
import type { TreeHead } from './tree-store.ts'
import { checkAnchors } from './verify-anchors.ts'
import { type CopiedRow, copyRows } from './verify-copy.ts'
import { ChainTable, NodeChains } from './verify-counters.ts'
import { type EpochBreak, EpochCheck, readEpochs } from './verify-epochs.ts'
import { Findings, type LedgerFinding, type LedgerVerdict } from './verify-findings.ts'
import { openParts, PartsCheck } from './verify-parts.ts'
import { Purges } from './verify-purges.ts'
import { type Resumed, type ResumeOptions, Resuming } from './verify-resume.ts'
import { ROW_FIELDS, RowChecker, readRow } from './verify-row.ts'
import { checkSignatures } from './verify-signatures.ts'
import type { VerifyState } from './verify-state.ts'
import { type Milestone, TreeCheck } from './verify-tree.ts'
import { viewWitnesses, type WitnessView } from './witness-view.ts'

/** So many positions are copied at once: 64 tiles, about 15 MB. */
const SLICE = 16_384
/** An entry that has waited longer than this was forgotten by every sequencer. */
const PENDING_SECONDS = 60
const PARTS_SLICE = 5_000
/** So many rows that were put aside are named one by one. */
const MOST_REJECTED = 100

const AT = { position: 0, entryId: 1, event: 4, conversationId: 12, leaf: ROW_FIELDS.indexOf('leaf') }

export interface VerifyOptions {
  readonly databases: Pick<Databases, 'readPool'>
  readonly workspaceId: string
  /** The signers' folder, when it is on this machine. */
  readonly signerFolder?: string | undefined
  /** To tell forged pending entries from our own. */
  readonly secret?: InstallationSecret | undefined
  /** Ask the configured witnesses themselves what they have of this log. */
  readonly askWitnesses?: { readonly allowPrivate: boolean } | undefined
  /** Open every part and compare it with its commitment: slower, and only with the installation's keys. */
  readonly openPartsWith?: SubjectKeys | undefined
  /** Keep the state of this run in a file, and go on from it when it is there. Needs `secret`. */
  readonly resume?: ResumeOptions | undefined
  readonly onProgress?: ((progress: { done: number; of: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface LedgerReport {
  /** `ok`, or the verdict of the first finding. */
  readonly verdict: 'ok' | LedgerVerdict
  readonly workspaceId: string
  /** Leaves in the tree as its head says. */
  readonly size: number
  readonly checkedEntries: number
  readonly checkedParts: number
  /** Leaves and parts that retention destroyed on record. */
  readonly purged: { readonly entries: number; readonly parts: number }
  /** At most 100; `findingCount` counts on. */
  readonly findings: readonly LedgerFinding[]
  readonly findingCount: number
  /** Forged rows that were put aside and somebody took note of, as entries of this log say. */
  readonly acknowledged: readonly Acknowledgement[]
  /** What is worth knowing and no finding: what could not be looked at, what is not signed yet. */
  readonly remarks: readonly string[]
  /** Epochs that began after a restore and are announced as they should be. */
  readonly epochs: readonly EpochBreak[]
  /** The newest signed checkpoint; null when nothing is signed. */
  readonly checkpoint: { readonly size: number; readonly note: string; readonly signedAt: string } | null
  /** Set when this run went on where another had stopped. */
  readonly resumed: Resumed | null
  readonly seconds: number
}

/**
 * Verifies a workspace's whole ledger against the database, in one snapshot and in memory that does not grow with the
 * log (20 to 40 bytes a conversation apart): every leaf's hash from its bytes, dense positions, every projected column,
 * tiles, head, the newest signed checkpoints, the signer's own memory, dense counters per conversation and node, the
 * presence of every part, and the queue of what is not in the tree yet. Rejects when `signal` aborts, and with
 * ResumeError when the state in `resume.file` cannot be gone on with.
 */
export async function verifyLedger(options: VerifyOptions): Promise<LedgerReport> {
  const { workspaceId } = options
  if (!/^[0-9a-f-]{36}$/.test(workspaceId)) throw new Error(`${workspaceId} is no workspace id`)
  const begun = performance.now()
  const resuming = openResuming(options)
  const memory = options.signerFolder ? readSignerMemory(options.signerFolder, workspaceId) : new Map()
  const views = options.askWitnesses
    ? await viewWitnesses(options.databases.readPool, workspaceId, {
        ...options.askWitnesses,
        signal: options.signal,
      })
    : []
  const client = await options.databases.readPool.connect()
  let finished = false
  try {
    await client.query('begin isolation level repeatable read read only; set local statement_timeout = 0')
    // Before the snapshot is taken: a month that is rewritten meanwhile would look empty to an older one.
    await client.query('lock table log_entry, log_part in access share mode')
    const report = await new Verification(options, client, resuming).run(memory, views)
    await client.query('commit')
    finished = true
    await resuming?.done()
    return { ...report, seconds: (performance.now() - begun) / 1000 }
  } finally {
    client.release(!finished) // a copy that broke off leaves the connection unusable
  }
}

function openResuming({ resume, secret }: VerifyOptions): Resuming | null {
  if (!resume) return null
  if (!secret) throw new Error('a verification is kept only under the key of its installation')
  return new Resuming(resume, secret)
}

const leafOf = ({ bytes, at, length }: CopiedRow): Buffer => {
  const from = at[AT.leaf] as number
  return bytes.subarray(from, from + (length[AT.leaf] as number))
}

const isEvent = ({ bytes, at }: CopiedRow, name: string): boolean => {
  const from = at[AT.event] as number
  return bytes.toString('latin1', from, from + name.length) === name
}

/** Keeps the state of the run when it is time to; `now`: always. */
type Keep = (now?: boolean) => Promise<void>

class Verification {
  readonly #options: VerifyOptions
  readonly #client: pg.PoolClient
  readonly #workspaceId: string
  /** What signatures, anchors and witnesses say by themselves; looked at whenever a run begins. */
  readonly #claims = new Findings()
  readonly #findings = new Findings()
  readonly #rows = new RowChecker()
  readonly #chains = new ChainTable()
  readonly #nodes = new NodeChains()
  readonly #parts = new PartsCheck()
  readonly #epochs = new EpochCheck()
  readonly #mac: Buffer | undefined
  #purges!: Purges // read before anything else looks at it
  #breaks: readonly EpochBreak[] = []
  /** Numbers of conversations that no leaf has, where leaves were destroyed on record; and the first such place. */
  #numbersGone = 0
  #firstGap = ''
  readonly #resuming: Resuming | null
  #resumed: Resumed | null = null
  #opened = { upTo: 0, parts: 0, findings: new Findings() }
  #checked = 0
  #next = 0
  #acknowledged: Acknowledgement[] = []

  constructor(options: VerifyOptions, client: pg.PoolClient, resuming: Resuming | null) {
    this.#resuming = resuming
    this.#options = options
    this.#client = client
    this.#workspaceId = options.workspaceId
    this.#mac = options.secret?.key('pending-mac')
  }

  async run(
    memory: ReturnType<typeof readSignerMemory>,
    views: readonly WitnessView[],
  ): Promise<Omit<LedgerReport, 'seconds'>> {
    const head = await this.#readHead()
    if (!head) {
      this.#findings.add('ledger_missing', `workspace ${this.#workspaceId} has no ledger`)
      return this.#report(0, 0, null, [])
    }
    this.#purges = await Purges.read(this.#client, this.#workspaceId, this.#claims)
    const epochs = await readEpochs(this.#client, this.#workspaceId, head)
    const signatures = await checkSignatures(
      this.#client,
      this.#workspaceId,
      head,
      epochs,
      memory,
      this.#claims,
    )
    const anchors = await checkAnchors(
      this.#client,
      this.#workspaceId,
      head,
      epochs,
      signatures.milestones,
      this.#claims,
    )
    const seen = this.#compareViews(views, head.size)
    const milestones = [...signatures.milestones, ...anchors.milestones, ...seen.milestones]
    const state = (await this.#resuming?.find(this.#client, this.#workspaceId, head)) ?? null
    const tree = state ? await this.#goOn(state, milestones) : this.#startTree(milestones)
    const keep: Keep = async now => this.#resuming?.save(() => this.#stateOf(head, tree), head.size, now)
    await this.#walk(head, tree, keep)
    if (this.#options.openPartsWith) await this.#openParts(head.size, this.#options.openPartsWith, keep)
    await this.#findSurplus(head.size)
    await tree.finish(head)
    await this.#checkPending()
    await this.#checkConversationCounters()
    this.#settleNumbers()
    const { breaks, remarks: epochRemarks } = await this.#epochs.finish(epochs, memory, this.#findings)
    this.#breaks = breaks
    const remarks = [
      ...signatures.remarks,
      ...epochRemarks,
      ...anchors.remarks,
      ...this.#nodes.finish(this.#findings, this.#purges.entries),
      ...this.#purges.remarks,
    ]
    const present = await this.#parts.finish(this.#client, this.#workspaceId, this.#findings, this.#purges)
    const parts = this.#options.openPartsWith ? this.#opened.parts : present
    this.#findings.take(this.#opened.findings.save())
    remarks.push(...(await this.#reportRejected(head.size)))
    const unsigned = head.size - (signatures.newest?.size ?? 0)
    if (unsigned > 0) remarks.push(`the last ${unsigned} of ${head.size} leaves are not signed yet`)
    return this.#report(head.size, parts, signatures.newest, remarks)
  }

  #report(
    size: number,
    checkedParts: number,
    checkpoint: LedgerReport['checkpoint'],
    remarks: string[],
  ): Omit<LedgerReport, 'seconds'> {
    const all = new Findings()
    for (const found of [this.#claims, this.#findings]) all.take(found.save())
    return {
      verdict: all.verdict,
      workspaceId: this.#workspaceId,
      size,
      checkedEntries: this.#checked,
      checkedParts,
      purged: { entries: this.#purges?.entries ?? 0, parts: this.#purges?.parts ?? 0 },
      findings: all.kept,
      findingCount: all.count,
      acknowledged: this.#acknowledged,
      remarks,
      epochs: this.#breaks,
      checkpoint,
      resumed: this.#resumed,
    }
  }

  #startTree(milestones: Milestone[]): TreeCheck {
    return TreeCheck.start(this.#client, this.#workspaceId, this.#findings, milestones)
  }

  /** Takes up what another run knew when it stopped. What signatures and anchors say has been looked at anew. */
  async #goOn(state: VerifyState, milestones: Milestone[]): Promise<TreeCheck> {
    const { size } = state.tree
    if (state.purges.identity !== this.#purges.identity)
      throw new ResumeError('resume.purged_since', 'retention destroyed something since it was written')
    this.#numbersGone = state.purges.numbersGone
    this.#firstGap = state.purges.firstGap
    this.#resumed = { position: size, savedAt: state.savedAt }
    this.#next = size
    this.#checked = state.checked
    this.#findings.take(state.findings)
    this.#chains.fill(state.chains)
    this.#nodes.fill(state.nodes)
    this.#epochs.fill(state.epochs)
    this.#parts.fill(state.parts)
    if (this.#options.openPartsWith) {
      this.#opened.findings.take(state.opened.findings)
      this.#opened.upTo = state.opened.upTo
      this.#opened.parts = state.opened.parts
    }
    return TreeCheck.resume(this.#client, this.#workspaceId, this.#findings, milestones, state.tree)
  }

  #stateOf(head: TreeHead, tree: TreeCheck): VerifyState {
    const { upTo, parts, findings } = this.#opened
    return {
      begun: (this.#resuming as Resuming).bind(this.#workspaceId, head), // only a run that is kept asks
      savedAt: new Date().toISOString(),
      checked: this.#checked,
      purges: {
        identity: this.#purges.identity,
        numbersGone: this.#numbersGone,
        firstGap: this.#firstGap,
      },
      findings: this.#findings.save(),
      tree: tree.save(),
      nodes: this.#nodes.save(),
      epochs: this.#epochs.save(),
      parts: this.#parts.save(),
      opened: { upTo, parts, findings: findings.save() },
      chains: this.#chains.toBytes(),
    }
  }

  /** What witnesses have: more than is here is a finding, the rest is compared when the leaves reach it. */
  #compareViews(views: readonly WitnessView[], size: number): { milestones: Milestone[]; remarks: string[] } {
    const milestones: Milestone[] = []
    const remarks: string[] = []
    for (const view of views) {
      if ('problem' in view) remarks.push(`the witness ${view.name} was not compared: ${view.problem}`)
      else if (view.checkpoint.size > size)
        this.#claims.add(
          'witness_ahead',
          `${view.name} has cosigned ${view.checkpoint.size} leaves; the head says ${size}`,
          { position: size },
        )
      else {
        milestones.push({ size: view.checkpoint.size, root: view.checkpoint.root, what: 'witness' })
        remarks.push(`the witness ${view.name} has the head of ${view.checkpoint.size} leaves`)
      }
    }
    return { milestones, remarks }
  }

  async #readHead(): Promise<TreeHead | null> {
    const { rows } = await this.#client.query<TreeHead>(
      'select epoch, origin, size, root from log_head where workspace_id = $1',
      [this.#workspaceId],
    )
    return rows[0] ?? null
  }

  async #walk(head: TreeHead, tree: TreeCheck, keep: Keep): Promise<void> {
    const columns = ['position', ...ENTRY_COLUMNS].join(', ')
    for (let from = tree.size; from < head.size; from = tree.size) {
      await this.#stopIfAsked(keep)
      const to = Math.min(from + SLICE - (from % SLICE), head.size)
      await tree.prepare(from, to)
      await this.#purges.prepare(from)
      await copyRows(
        this.#client,
        `select ${columns} from log_entry where workspace_id = '${this.#workspaceId}' and position >= ${from} and position < ${to} order by position`,
        ROW_FIELDS.length,
        row => this.#takeLeaf(row, tree),
      )
      this.#fillTo(to, tree)
      await tree.settle()
      this.#options.onProgress?.({ done: to, of: head.size })
      await keep(to === head.size)
    }
  }

  async #stopIfAsked(keep: Keep): Promise<void> {
    if (!this.#options.signal?.aborted) return
    await keep(true)
    this.#options.signal.throwIfAborted()
  }

  #takeLeaf(row: CopiedRow, tree: TreeCheck): void {
    const { bytes, at } = row
    const p = at[AT.position] as number
    const position = bytes.readUInt32BE(p) * 4294967296 + bytes.readUInt32BE(p + 4)
    if (position < this.#next) {
      this.#findings.add('leaf_duplicate', 'two leaves claim this position', {
        position,
        entryId: String(readRow(row).entry_id),
      })
      return
    }
    this.#fillTo(position, tree)
    this.#next = position + 1
    tree.add(hashLeaf(leafOf(row)))
    if (this.#purges.has(position))
      this.#findings.add('purge_undone', 'the log says that this leaf was destroyed', {
        position,
        entryId: String(readRow(row).entry_id),
      })
    this.#takeRow(row, position)
  }

  /** Everything about a row beside its place in the tree; `position` is null for one that waits. */
  #takeRow(row: CopiedRow, position: number | null): void {
    this.#checked++
    const problem = this.#rows.check(row)
    if (problem) this.#findings.add(problem.verdict, problem.detail, this.#where(row, position))
    if (problem?.verdict === 'leaf_malformed') return
    const { facts } = this.#rows
    const { bytes, at, length } = row
    if (length[AT.conversationId] === 16 && facts.conversationCounter > 0)
      this.#countConversation(row, position, facts.conversationCounter)
    if (facts.nodeCounter > 0)
      this.#nodes.take(this.#rows, this.#findings, position === null ? {} : { position })
    this.#parts.named(this.#rows, bytes, at[AT.entryId] as number, position, this.#purges)
    // 12 and 20 bytes; nearly no event is so long
    if (length[AT.event] === 12 && isEvent(row, 'node.stopped')) this.#nodeStopped(row)
    if (length[AT.event] === 20 && position !== null && isEvent(row, 'ledger.epoch_started'))
      this.#epochs.take(position, leafOf(row))
  }

  #countConversation(row: CopiedRow, position: number | null, counter: number): void {
    const slot = this.#chains.slot(row.bytes, row.at[AT.conversationId] as number)
    const last = this.#chains.last(slot)
    const says = () =>
      `conversation ${String(readRow(row).conversation_id)}: number ${counter} follows ${last}`
    if (counter > last + 1 && this.#purges.any) this.#numberGap(counter - last - 1, says)
    else if (counter !== last + 1) this.#findings.add('conversation_gap', says(), this.#where(row, position))
    this.#chains.setLast(slot, counter)
  }

  #numberGap(numbers: number, says: () => string): void {
    this.#numbersGone += numbers
    this.#firstGap ||= says()
  }

  /** Which numbers the destroyed leaves had is gone with them; how many they were is on record. */
  #settleNumbers(): void {
    if (!this.#purges.any || this.#numbersGone === this.#purges.numbered) return
    this.#findings.add(
      'conversation_gap',
      `${this.#numbersGone} numbers of conversations are not there; ${this.#purges.numbered} were destroyed by retention${this.#firstGap ? ` (first gap: ${this.#firstGap})` : ''}`,
    )
  }

  #nodeStopped(row: CopiedRow): void {
    const leaf = decodeLeaf(leafOf(row))
    const { entries, unused } = leaf.data
    if (typeof entries === 'number' && Array.isArray(unused))
      this.#nodes.stopped(
        leaf.subject.id,
        entries,
        unused.filter(n => typeof n === 'number'),
      )
  }

  #where(row: CopiedRow, position: number | null): { position?: number; entryId: string } {
    const entryId = String(readRow(row).entry_id)
    return position === null ? { entryId } : { position, entryId }
  }

  #fillTo(position: number, tree: TreeCheck): void {
    for (; this.#next < position; this.#next++) {
      if (!this.#purges.has(this.#next))
        this.#findings.add('leaf_missing', 'no leaf has this position', { position: this.#next })
      tree.addMissing()
    }
  }

  async #findSurplus(size: number): Promise<void> {
    const { rows } = await this.#client.query<{ position: number; entry_id: string }>(
      'select position, entry_id from log_entry where workspace_id = $1 and (position >= $2 or position < 0) order by position limit 100',
      [this.#workspaceId, size],
    )
    for (const row of rows)
      this.#findings.add('leaf_surplus', `the head says ${size} leaves`, {
        position: Number(row.position),
        entryId: row.entry_id,
      })
  }

  /** What is committed and not yet in the tree: its columns, whether we wrote it, how long it waits. */
  async #checkPending(): Promise<void> {
    const columns = ['null::bigint', ...ENTRY_COLUMNS].join(', ')
    await copyRows(
      this.#client,
      `select ${columns}, mac from log_pending where workspace_id = '${this.#workspaceId}' order by ordinal`,
      ROW_FIELDS.length + 1,
      row => {
        const { bytes, at, length } = row
        const slice = (i: number) => bytes.subarray(at[i], (at[i] as number) + (length[i] as number))
        if (this.#mac && !sameBytes(hmac(this.#mac, slice(AT.leaf)), slice(ROW_FIELDS.length)))
          this.#findings.add('pending_forged', 'this installation did not write it', this.#where(row, null))
        else {
          this.#takeRow(row, null)
          const said = readAcknowledgement(slice(AT.leaf))
          if (said) this.#acknowledged.push(said)
        }
      },
    )
    const { rows } = await this.#client.query<{ entry_id: string; seconds: number }>(
      `select entry_id, extract(epoch from clock_timestamp() - recorded_at)::int as seconds from log_pending
       where workspace_id = $1 and recorded_at < clock_timestamp() - make_interval(secs => $2) order by ordinal limit 100`,
      [this.#workspaceId, PENDING_SECONDS],
    )
    for (const { entry_id, seconds } of rows)
      this.#findings.add('pending_stuck', `it has waited ${seconds} s for the tree`, { entryId: entry_id })
  }

  async #checkConversationCounters(): Promise<void> {
    await copyRows(
      this.#client,
      `select chain_id, count from log_counter where workspace_id = '${this.#workspaceId}'`,
      2,
      ({ bytes, at }) => {
        const id = at[0] as number
        const last = this.#chains.last(this.#chains.slot(bytes, id))
        const count = bytes.readInt32BE(at[1])
        const says = () =>
          `conversation ${bytes.toString('hex', id, id + 16)} has ${last} entries; its counter says ${count}`
        if (count > last && this.#purges.any) this.#numberGap(count - last, says)
        else if (last !== count) this.#findings.add('conversation_counter_wrong', says())
      },
    )
  }

  async #openParts(size: number, keys: SubjectKeys, keep: Keep): Promise<void> {
    const opened = this.#opened
    while (opened.upTo < size) {
      await this.#stopIfAsked(keep)
      const range = { from: opened.upTo, to: Math.min(opened.upTo + PARTS_SLICE, size) }
      opened.parts += await openParts(this.#client, this.#workspaceId, keys, range, opened.findings)
      opened.upTo = range.to
      this.#options.onProgress?.({ done: range.to, of: size })
      await keep()
    }
  }

  /**
   * What was put aside is a finding until an entry of this log takes note of that very row. Nothing else is ever taken
   * back by such an entry, and the entry itself is a leaf like any other.
   */
  async #reportRejected(size: number): Promise<string[]> {
    const ask: Ask = async (text, values) => (await this.#client.query(text, values)).rows
    const onRecord = await readAcknowledgements(ask, this.#workspaceId, { below: size })
    this.#acknowledged.unshift(...onRecord)
    const { count, rows } = await findUnacknowledged(
      ask,
      this.#workspaceId,
      this.#acknowledged,
      MOST_REJECTED,
    )
    for (const row of rows)
      this.#findings.add('entry_rejected', `${row.cause}, put aside at ${row.rejectedAt}`, {
        entryId: row.entryId,
      })
    this.#findings.take({ kept: [], count: count - rows.length })
    const gone = await findGone(ask, this.#workspaceId, this.#acknowledged)
    return gone.map(
      ({ finding }) =>
        `the row ${finding.entryId} that was put aside at ${finding.rejectedAt} is not kept any more; the log has its SHA-256`,
    )
  }
}
