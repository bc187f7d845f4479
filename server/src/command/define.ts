import type { CommandContract, EventDefinition, QueryContract } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { ReadDb, Tx } from '../db/database.ts'
import type { ConsoleError } from '../kernel/console-error.ts'
import type { RecordedActor } from '../ledger/draft.ts'
import type { Caller } from './caller.ts'

/** The conversation an entry belongs to, as it was before the change. */
export interface ConversationRef {
  readonly id: string
  readonly customerId: string
  readonly botId: string
  /** Who holds it, with the departments they belong to, and the department it was handed to. */
  readonly assigneeId: string | null
  readonly departments: readonly string[]
}

/** What a handler says of an entry beside its event and data. */
export interface RecordOptions<Parts extends string = string> {
  readonly subject: { id: string; name?: string; named?: string }
  readonly conversation?: ConversationRef
  readonly customerId?: string
  readonly botId?: string
  readonly parts?: { readonly [Name in Parts]?: string | Uint8Array | undefined }
  /** Agents concerned beside actor and holder: whoever receives a conversation, say. */
  readonly agents?: readonly string[]
  readonly departments?: readonly string[]
  readonly causedBy?: string
  readonly reasonCode?: string
  /** When somebody else than the caller acted (a system finding on a customer's doing). */
  readonly actor?: RecordedActor
  /** Give the entry an id chosen beforehand, because a state row must name it. */
  readonly entryId?: string
}

export interface CommandContext {
  readonly tx: Tx
  readonly caller: Caller
  readonly workspaceId: string
  /** The database's clock when the transaction began. */
  readonly now: string
  /** Adds an entry to this transaction; returns its id. Nothing else records. */
  record<D extends z.ZodType, P extends Record<string, string>>(
    event: EventDefinition<string, D, P & EventDefinition['parts']>,
    data: z.input<D>,
    options: RecordOptions<Extract<keyof P, string>>,
  ): string
  /** Says that this transaction holds the lock on a conversation and its counter stands at `count`. */
  holdsChain(conversationId: string, count: number): void
  /**
   * Says that a conversation's counter stood at `count` when it was looked at, without a lock. That spares a round trip;
   * should it have moved by the time of the commit, the command runs again.
   */
  expectsChain(conversationId: string, count: number): void
  /** Run once the transaction has committed (wake the gateway, say). Never runs when it does not. */
  afterCommit(action: () => void): void
  /** Commit what was recorded so far and then refuse: a failed sign-in is counted and recorded. */
  refuseAfterCommit(error: ConsoleError): void
  /** For the command that creates the workspace: from here on entries belong to it. */
  enterWorkspace(workspaceId: string): void
}

export interface Command<C extends CommandContract = CommandContract> {
  readonly contract: C
  /** For commands open to callers without a session: which workspace do they concern? */
  readonly findWorkspace?: (db: ReadDb, input: z.output<C['input']>) => Promise<string | null>
  /** Slow work before the transaction: asking Telegram, hashing a password. What it returns reaches the handler. */
  readonly prepare?: (input: z.output<C['input']>, caller: Caller) => Promise<unknown>
  readonly handle: (
    context: CommandContext,
    input: z.output<C['input']>,
    prepared: never,
  ) => Promise<z.input<C['output']>>
}

/** Attaches the server's part to a command's contract. */
export function defineCommandHandler<C extends CommandContract, Prepared = undefined>(
  contract: C,
  command: {
    findWorkspace?: (db: ReadDb, input: z.output<C['input']>) => Promise<string | null>
    prepare?: (input: z.output<C['input']>, caller: Caller) => Promise<Prepared>
    handle: (
      context: CommandContext,
      input: z.output<C['input']>,
      prepared: Prepared,
    ) => Promise<z.input<C['output']>>
  },
): Command<C> {
  // `never` for the prepared value: each command is only ever given what its own prepare made.
  return { contract, ...command } as Command<C>
}

export interface QueryContext {
  readonly db: ReadDb
  readonly caller: Caller
}

/** What a read shows of the behaviour log, to be recorded before the answer leaves. */
export interface Disclosure {
  readonly filter: Record<string, string[]>
  readonly q: string | undefined
  readonly scope: 'own' | 'departments' | 'all'
  readonly count: number
  readonly deep: boolean
  /** Of a page that stands open and shows what comes: which positions this look showed. */
  readonly positions?: { readonly first: number; readonly last: number } | undefined
}

/** Messages of a customer that a read shows somebody: those of a conversation up to this one. */
export interface Shown {
  readonly conversationId: string
  readonly messageId: string
  readonly at: string
}

export interface Query<Q extends QueryContract = QueryContract> {
  readonly contract: Q
  readonly handle: (
    context: QueryContext & { disclose(disclosure: Disclosure): void; show(shown: Shown): void },
    input: z.output<Q['input']>,
  ) => Promise<z.input<Q['output']>>
}

/** Attaches the server's part to a query's contract. */
export const defineQueryHandler = <Q extends QueryContract>(
  contract: Q,
  handle: Query<Q>['handle'],
): Query<Q> => ({ contract, handle })
