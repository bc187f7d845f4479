import type pg from 'pg'
import { ResumeError } from './resume-error.ts'
import { readSignerMemory } from './signer-memory.ts'
import type { SubjectKeys } from './subject-keys.ts'
import type { TreeHead } from './tree-store.ts'
import { checkAnchors } from './verify-anchors.ts'
import { readEpochs } from './verify-epochs.ts'
import { Findings } from './verify-findings.ts'
import { LeavesCheck, type Pace } from './verify-leaves.ts'
import { openParts } from './verify-parts.ts'
import { checkPending } from './verify-pending.ts'
import { Purges } from './verify-purges.ts'
import { checkPutAside } from './verify-put-aside.ts'
import type { LedgerReport, VerifyOptions } from './verify-report.ts'
import { Resuming } from './verify-resume.ts'
import { checkSignatures } from './verify-signatures.ts'
import type { VerifyState } from './verify-state.ts'
import { type Milestone, TreeCheck } from './verify-tree.ts'
import { compareViews } from './verify-witnesses.ts'
import { viewWitnesses, type WitnessView } from './witness-view.ts'

export type { LedgerReport, VerifyOptions } from './verify-report.ts'

const PARTS_SLICE = 5_000

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

type Memory = ReturnType<typeof readSignerMemory>
type Report = Omit<LedgerReport, 'seconds'>

/** What the end of a run adds to its findings. */
type Outcome = Pick<Report, 'size' | 'checkedParts' | 'checkpoint' | 'remarks' | 'epochs' | 'acknowledged'>

/** One run over a log: the claims about it first, then every leaf, then whatever must fit the leaves. */
class Verification {
  readonly #options: VerifyOptions
  readonly #client: pg.PoolClient
  readonly #workspaceId: string
  /** What signatures, anchors and witnesses say by themselves; looked at whenever a run begins. */
  readonly #claims = new Findings()
  readonly #findings = new Findings()
  readonly #resuming: Resuming | null
  readonly #opened = { upTo: 0, parts: 0, findings: new Findings() }
  #purges: Purges | null = null
  #leaves: LeavesCheck | null = null
  #resumed: LedgerReport['resumed'] = null

  constructor(options: VerifyOptions, client: pg.PoolClient, resuming: Resuming | null) {
    this.#resuming = resuming
    this.#options = options
    this.#client = client
    this.#workspaceId = options.workspaceId
  }

  async run(memory: Memory, views: readonly WitnessView[]): Promise<Report> {
    const head = await this.#readHead()
    if (!head) {
      this.#findings.add('ledger_missing', `workspace ${this.#workspaceId} has no ledger`)
      return this.#report({
        size: 0,
        checkedParts: 0,
        checkpoint: null,
        remarks: [],
        epochs: [],
        acknowledged: [],
      })
    }
    const [client, workspaceId, findings] = [this.#client, this.#workspaceId, this.#findings]
    const purges = await Purges.read(client, workspaceId, this.#claims)
    this.#purges = purges
    const epochs = await readEpochs(client, workspaceId, head)
    const claims = await this.#checkClaims(head, epochs, memory, views)
    const leaves = new LeavesCheck({ client, workspaceId, findings, purges })
    this.#leaves = leaves
    const tree = await this.#beginTree(head, claims.milestones, leaves, purges)
    const pace = this.#paceOf(head, tree, leaves, purges)
    await leaves.walk(head.size, tree, pace)
    const { openPartsWith, secret } = this.#options
    if (openPartsWith) await this.#openParts(head.size, openPartsWith, pace)
    await leaves.findSurplus(head.size)
    await tree.finish(head)
    const waiting = await checkPending(client, workspaceId, secret, leaves, findings)
    await leaves.conversations.finish(client, workspaceId)
    const announced = await leaves.epochs.finish(epochs, memory, findings)
    const nodes = leaves.nodes.finish(findings, purges.entries)
    const present = await leaves.parts.finish(client, workspaceId, findings, purges)
    findings.take(this.#opened.findings.save())
    const putAside = await checkPutAside(client, workspaceId, head.size, waiting, findings)
    return this.#report({
      size: head.size,
      checkedParts: openPartsWith ? this.#opened.parts : present,
      checkpoint: claims.newest,
      remarks: [
        ...claims.signatureRemarks,
        ...announced.remarks,
        ...claims.anchorRemarks,
        ...claims.witnessRemarks,
        ...nodes,
        ...purges.remarks,
        ...putAside.remarks,
        ...remarkUnsigned(head.size, claims.newest?.size ?? 0),
      ],
      epochs: announced.breaks,
      acknowledged: putAside.acknowledged,
    })
  }

  /** What signers, anchors and witnesses say; the sizes they name are compared when the leaves reach them. */
  async #checkClaims(
    head: TreeHead,
    epochs: Awaited<ReturnType<typeof readEpochs>>,
    memory: Memory,
    views: readonly WitnessView[],
  ) {
    const [client, workspaceId, claims] = [this.#client, this.#workspaceId, this.#claims]
    const signatures = await checkSignatures(client, workspaceId, head, epochs, memory, claims)
    const anchors = await checkAnchors(client, workspaceId, head, epochs, signatures.milestones, claims)
    const seen = compareViews(views, head.size, claims)
    return {
      milestones: [...signatures.milestones, ...anchors.milestones, ...seen.milestones],
      newest: signatures.newest,
      signatureRemarks: signatures.remarks,
      anchorRemarks: anchors.remarks,
      witnessRemarks: seen.remarks,
    }
  }

  /** The tree from its first leaf, or from where another run had stopped. */
  async #beginTree(
    head: TreeHead,
    milestones: Milestone[],
    leaves: LeavesCheck,
    purges: Purges,
  ): Promise<TreeCheck> {
    const [client, workspaceId, findings] = [this.#client, this.#workspaceId, this.#findings]
    const state = (await this.#resuming?.find(client, workspaceId, head)) ?? null
    if (!state) return TreeCheck.start(client, workspaceId, findings, milestones)
    if (state.purges.identity !== purges.identity)
      throw new ResumeError('resume.purged_since', 'retention destroyed something since it was written')
    this.#resumed = { position: state.tree.size, savedAt: state.savedAt }
    findings.take(state.findings)
    leaves.fill(state)
    if (this.#options.openPartsWith) {
      this.#opened.findings.take(state.opened.findings)
      this.#opened.upTo = state.opened.upTo
      this.#opened.parts = state.opened.parts
    }
    return TreeCheck.resume(client, workspaceId, findings, milestones, state.tree)
  }

  #paceOf(head: TreeHead, tree: TreeCheck, leaves: LeavesCheck, purges: Purges): Pace {
    const { onProgress, signal } = this.#options
    const stateWith = (resuming: Resuming): VerifyState => ({
      begun: resuming.bind(this.#workspaceId, head),
      savedAt: new Date().toISOString(),
      ...leaves.save(),
      purges: { identity: purges.identity, ...leaves.conversations.save() },
      findings: this.#findings.save(),
      tree: tree.save(),
      opened: { ...this.#opened, findings: this.#opened.findings.save() },
    })
    const keep: Pace['keep'] = async now => {
      const resuming = this.#resuming
      await resuming?.save(() => stateWith(resuming), head.size, now)
    }
    return {
      keep,
      tell: (done, of) => onProgress?.({ done, of }),
      stopIfAsked: async () => {
        if (!signal?.aborted) return
        await keep(true)
        signal.throwIfAborted()
      },
    }
  }

  async #openParts(size: number, keys: SubjectKeys, pace: Pace): Promise<void> {
    const opened = this.#opened
    while (opened.upTo < size) {
      await pace.stopIfAsked()
      const range = { from: opened.upTo, to: Math.min(opened.upTo + PARTS_SLICE, size) }
      opened.parts += await openParts(this.#client, this.#workspaceId, keys, range, opened.findings)
      opened.upTo = range.to
      pace.tell(range.to, size)
      await pace.keep()
    }
  }

  async #readHead(): Promise<TreeHead | null> {
    const { rows } = await this.#client.query<TreeHead>(
      'select epoch, origin, size, root from log_head where workspace_id = $1',
      [this.#workspaceId],
    )
    return rows[0] ?? null
  }

  #report(outcome: Outcome): Report {
    const all = new Findings()
    for (const found of [this.#claims, this.#findings]) all.take(found.save())
    return {
      verdict: all.verdict,
      workspaceId: this.#workspaceId,
      ...outcome,
      checkedEntries: this.#leaves?.checked ?? 0,
      purged: { entries: this.#purges?.entries ?? 0, parts: this.#purges?.parts ?? 0 },
      findings: all.kept,
      findingCount: all.count,
      resumed: this.#resumed,
    }
  }
}

const remarkUnsigned = (size: number, signed: number): string[] =>
  size > signed ? [`the last ${size - signed} of ${size} leaves are not signed yet`] : []
