import { RULE_IDS } from '@tracedesk/contracts'
import { type Leaf, SALT_BYTES } from '@tracedesk/proof/node'
import { ruleCaller, systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { unseal } from '../../kernel/secret.ts'
import { Turns } from '../../kernel/turns.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { readSetting } from '../team/index.ts'
import { urgencyOf } from './queries.ts'
import { QUESTION_LENGTH, readQuestion } from './read-question.ts'
import { warnDueCommand } from './warn.ts'

const LOOK_MS = 5_000
/** A customer who asks a bot about privacy may wait so long. */
const PAUSE_MS = 500
const SLICE = 1_000
/** How far back a look for keys that others destroyed reaches: clocks of nodes and database may differ. */
const OVERLAP_SECONDS = 60

export interface PrivacyKeeperParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly keys: SubjectKeys
  readonly log: Logger
  readonly workspaces: () => Promise<string[]>
  readonly answer: Command
  readonly finishErasure: Command
}

/**
 * Answers what customers ask a bot about their data, warns of requests that fall due, and forgets keys that another
 * node destroyed. Every node runs one: each deed judges again under its lock, so two of them do nothing twice.
 */
export class PrivacyKeeper {
  readonly #parts: PrivacyKeeperParts
  readonly #looks: Rounds
  readonly #answers: Turns

  constructor(parts: PrivacyKeeperParts) {
    this.#parts = parts
    this.#looks = new Rounds({
      everyMs: LOOK_MS,
      work: () => this.#look(),
      onError: error =>
        parts.log.warn({ err: error }, 'what privacy asks for could not be looked after; tried again soon'),
    })
    this.#answers = new Turns({
      restMs: PAUSE_MS,
      turn: async (workspaceId, signal) => {
        while (!signal.aborted && (await this.answerOnce(workspaceId)) === SLICE);
      },
      onError: (error, workspaceId) =>
        parts.log.warn({ err: error, workspaceId }, 'questions about privacy wait; tried again soon'),
    })
  }

  /** Begins to look for what is due. */
  start(): void {
    this.#looks.start()
  }

  /** Erases again whom a restored database still names. Call before anybody is served. */
  async finishErasures(): Promise<void> {
    for (const workspaceId of await this.#parts.workspaces()) {
      const { rows } = await this.#parts.databases.readPool.query<{ customer_id: string }>(
        `select u.customer_id from subject_key k
           join customer u on u.workspace_id = k.workspace_id and 'customer:' || u.customer_id = k.owner
         where k.workspace_id = $1 and k.wrapped is null and u.erased_at is null`,
        [workspaceId],
      )
      for (const { customer_id: customerId } of rows)
        await this.#parts.door.execute(this.#parts.finishErasure, systemCaller(workspaceId), { customerId })
    }
  }

  /** Ends after what is under way. */
  async stop(): Promise<void> {
    await this.#looks.stop()
    await this.#answers.stop()
  }

  /** A log grew: perhaps somebody asks. Returns at once. */
  wake(workspaceId: string): void {
    this.#answers.wake(workspaceId)
  }

  async #look(): Promise<void> {
    for (const workspaceId of await this.#parts.workspaces()) {
      await this.#forgetErased(workspaceId)
      await this.warnOnce(workspaceId)
    }
  }

  /** Somebody was erased on another node: the key this one remembers must not seal anything any more. */
  async #forgetErased(workspaceId: string): Promise<void> {
    const { rows } = await this.#parts.databases.readPool.query<{ owner: string }>(
      `select owner from subject_key where workspace_id = $1 and wrapped is null
         and erased_at > now() - make_interval(secs => $2)`,
      [workspaceId, LOOK_MS / 1000 + OVERLAP_SECONDS],
    )
    for (const { owner } of rows) this.#parts.keys.forget(workspaceId, owner)
  }

  /** Records which requests have come close to their day, or passed it, since the last look. */
  async warnOnce(workspaceId: string, now = Date.now()): Promise<void> {
    const { rows } = await this.#parts.databases.readPool.query<{
      id: string
      due_at: string
      warned: string | null
    }>(
      `select privacy_request_id as id, due_at, warned from privacy_request
       where workspace_id = $1 and state = 'open' and warned is distinct from 'overdue' order by due_at limit 200`,
      [workspaceId],
    )
    for (const { id, due_at, warned } of rows) {
      const stage = urgencyOf(due_at, now)
      if (stage !== 'fine' && stage !== warned)
        await this.#run(warnDueCommand as never, systemCaller(workspaceId), { requestId: id, stage })
    }
  }

  /** Reads one slice of the log for questions; returns how many entries it passed. */
  async answerOnce(workspaceId: string): Promise<number> {
    const { databases } = this.#parts
    const { rows: at } = await databases.app.query<{ position: number; size: number }>(
      `with fresh as (insert into privacy_cursor (workspace_id, position)
         select workspace_id, size from log_head where workspace_id = $1 on conflict do nothing returning position)
       select coalesce((select position from privacy_cursor where workspace_id = $1), (select position from fresh)) as position,
         size from log_head where workspace_id = $1`,
      [workspaceId],
    )
    const { position, size } = at[0] ?? { position: 0, size: 0 }
    const to = Math.min(size, position + SLICE)
    if (to <= position) return 0
    if ((await readSetting(databases.read, workspaceId, 'privacy.answer')) !== false)
      await this.#answerBetween(workspaceId, position, to)
    await databases.app.query(
      'update privacy_cursor set position = $2 where workspace_id = $1 and position < $2',
      [workspaceId, to],
    )
    return to - position
  }

  async #answerBetween(workspaceId: string, from: number, to: number): Promise<void> {
    const { rows } = await this.#parts.databases.readPool.query<{
      position: number
      entry_id: string
      conversation_id: string
      customer_id: string
      leaf: Buffer
      sealed: Buffer
    }>(
      `select e.position, e.entry_id, e.conversation_id, e.customer_id, e.leaf, p.sealed from log_entry e
         join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at and p.name = 'text'
       where e.workspace_id = $1 and e.position >= $2 and e.position < $3 and e.event = 'message.received'
         and e.source = 'telegram' and octet_length(p.sealed) < $4 order by e.position`,
      // nonce, tag and salt beside at most four bytes a character
      [workspaceId, from, to, 28 + SALT_BYTES + 4 * QUESTION_LENGTH.max],
    )
    const owners = rows.map(row => `customer:${row.customer_id}`)
    const keys = await this.#parts.keys.forOpening(this.#parts.databases.read, workspaceId, owners)
    for (const row of rows) {
      const { data } = JSON.parse(row.leaf.toString('utf8')) as Leaf
      if (data.kind !== 'text' || Number(data.length) < QUESTION_LENGTH.min) continue
      const key = keys.get(`customer:${row.customer_id}`)
      if (key?.state !== 'alive') continue
      const plain = unseal(key.key, row.sealed, partContext(workspaceId, row.entry_id, 'text'))
      const question = readQuestion(plain.subarray(SALT_BYTES).toString('utf8'))
      if (!question) continue
      const input = { conversationId: row.conversation_id, position: row.position, question }
      await this.#run(this.#parts.answer, ruleCaller(workspaceId, RULE_IDS.privacy), input, row.entry_id)
    }
  }

  async #run(
    command: Command,
    caller: ReturnType<typeof ruleCaller>,
    input: unknown,
    causedBy?: string,
  ): Promise<void> {
    try {
      await this.#parts.door.execute(command, caller, input, { causedBy })
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error
    }
  }
}
