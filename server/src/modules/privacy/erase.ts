import {
  CustomerId,
  defineCommand,
  eraseSubject,
  privacyErasureHeld,
  privacySubjectErased,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import type { Logger } from '../../kernel/log.ts'
import { type Identity, isFullName, recognise } from '../../kernel/names-in.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import type { ErasureList } from '../../ledger/erasures.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { holdsOn } from '../holds/index.ts'
import { countAdministrators } from '../team/index.ts'
import { destroyKey } from './destroy-key.ts'
import { closeOpenStories } from './erase-conversations.ts'
import { emptyRows } from './erase-rows.ts'
import { destroyKeptUpdates } from './erase-updates.ts'
import type { Eraser } from './erasers.ts'
import { identityOf } from './identity.ts'
import { beginSearch } from './mention-search.ts'
import { closeRequestWithin } from './requests.ts'
import {
  accountsOf,
  entriesOf,
  type LockedRequest,
  lockConversationsOf,
  lockPerson,
  lockRequest,
  openErasuresOf,
} from './store.ts'

export interface ErasePort {
  readonly keys: SubjectKeys
  readonly secret: InstallationSecret
  readonly erasures: ErasureList
  readonly log: Logger
  /** Everybody who keeps personal things of their own; read at each erasure. */
  readonly erasers: () => readonly Eraser[]
  /** What colleagues typed is to be looked through. */
  readonly wakeMentions: () => void
}

/**
 * Erases a customer: their key, every part sealed under it, their words in the search index, what their row and their
 * conversations' rows say of them, what waits to be sent or dealt with, kept answers, files. Nothing of it when a hold
 * keeps any of it: one key seals all, so it goes whole or not at all.
 */
export const createEraseSubject = (port: ErasePort): Command =>
  defineCommandHandler(eraseSubject, {
    handle: async (context, { requestId }) => {
      const request = await lockRequest(context, requestId, 'erasure')
      const secondPerson = await requireSecondPerson(context, request)
      const accounts = await lockAccounts(context, request.customerId)
      // asked once they are locked: placing a hold locks them as well, so one of the two comes first
      const held = await findHolds(context, accounts)
      if (held.length > 0) return refuseHeld(context, request, held)
      let erased = { entryId: '', parts: 0 }
      const identities: Identity[] = []
      for (const customerId of accounts) {
        const { entryId, parts, identity } = await erase(
          context,
          port,
          { ...request, customerId },
          secondPerson,
        )
        identities.push(identity)
        erased = {
          entryId: customerId === request.customerId ? entryId : erased.entryId,
          parts: erased.parts + parts,
        }
      }
      await seekMentions(context, port, {
        entryId: erased.entryId,
        customerId: request.customerId,
        sought: { customerIds: accounts, identities },
      })
      for (const done of await openErasuresOf(context, accounts))
        await closeRequestWithin(context, done, 'fulfilled')
      return { erased }
    },
  }) as unknown as Command

/** Every account of the person, locked. Whoever joins accounts locks both: one that came meanwhile is there on a second look. */
async function lockAccounts(context: CommandContext, customerId: string): Promise<string[]> {
  const locked = new Set<string>()
  for (;;) {
    const accounts = await accountsOf(context.tx, context.workspaceId, customerId)
    const fresh = accounts.filter(id => !locked.has(id))
    if (fresh.length === 0) return accounts
    for (const id of fresh) {
      await lockAccount(context, id)
      locked.add(id)
    }
  }
}

const lockAccount = async ({ tx, workspaceId }: CommandContext, customerId: string) => ({
  // the conversations before the customer, as receiving does
  conversations: await lockConversationsOf(tx, workspaceId, customerId),
  person: await lockPerson(tx, workspaceId, customerId),
})

async function findHolds(
  { tx, workspaceId }: CommandContext,
  accounts: readonly string[],
): Promise<string[]> {
  const ids = new Set<string>()
  for (const customerId of accounts)
    for (const { id } of await holdsOn(tx, workspaceId, { customerId })) ids.add(id)
  return [...ids]
}

/**
 * A restored database knows less than the list of erasures: the key is gone again, and the rows still name the person.
 * Erases the rest of them, before anybody is served.
 */
export const createFinishErasure = (port: ErasePort): Command =>
  defineCommandHandler(
    defineCommand({
      name: 'privacy.finish_erasure',
      access: 'internal',
      summary: 'Erase again whatever a restored database still holds of an erased customer',
      input: z.strictObject({ customerId: CustomerId }),
      output: z.strictObject({}),
      records: eraseSubject.records,
      subject: { kind: 'customer', field: 'customerId' },
    }),
    {
      handle: async (context, { customerId }) => {
        const { entryId, identity } = await erase(context, port, { id: null, customerId }, false)
        const sought = { customerIds: [customerId], identities: [identity] }
        await seekMentions(context, port, { entryId, customerId, sought })
        return {}
      },
    },
  ) as unknown as Command

/** Colleagues' own words are looked through afterwards: there may be millions, and nobody waits for them. */
async function seekMentions(
  context: CommandContext,
  { secret, wakeMentions }: ErasePort,
  search: Parameters<typeof beginSearch>[2],
): Promise<void> {
  await beginSearch(context, secret, search)
  context.afterCommit(wakeMentions)
}

/** True when somebody else asked for it. A workspace with one administrator has nobody to ask. */
async function requireSecondPerson(
  { tx, workspaceId, caller }: CommandContext,
  { id: requestId, erasureRequestedBy: first }: LockedRequest,
): Promise<boolean> {
  const { actor } = caller
  if (first !== null && actor.kind === 'agent' && actor.id !== first) return true
  if ((await countAdministrators(tx, workspaceId)) <= 1 && actor.kind === 'agent') return false
  throw new ConsoleError(first === null ? 'privacy.erasure_not_requested' : 'privacy.second_person_needed', {
    requestId,
  })
}

function refuseHeld(context: CommandContext, { id, customerId }: LockedRequest, holds: string[]) {
  context.record(
    privacyErasureHeld,
    { customerId: customerId as never, holds: holds.slice(0, 50) }, // branded id
    { subject: { id }, customerId },
  )
  context.refuseAfterCommit(new ConsoleError('privacy.held', { holds }))
  return { erased: { entryId: newId(), parts: 0 } } // nobody gets to see this: the refusal takes its place
}

async function erase(
  context: CommandContext,
  port: ErasePort,
  { id: requestId, customerId }: { id: string | null; customerId: string },
  secondPerson: boolean,
): Promise<{ entryId: string; parts: number; identity: Identity }> {
  const { tx, workspaceId, now } = context
  const owner = `customer:${customerId}`
  const { conversations, person } = await lockAccount(context, customerId)
  const stoppedMessages = await closeOpenStories(context, customerId, conversations)
  // the word index waits: a slice it is working on could bring back what goes
  await tx
    .selectFrom('log_text_cursor')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .execute()
  const ids = conversations.map(({ id }) => id)
  const entries = await entriesOf(tx, workspaceId, customerId, ids)
  const entryId = newId()
  const identity = await identityOf(context, port.keys, customerId, person, entries)
  const parts = await destroyKey(context, owner, entryId, entries)
  const kept = await destroyKeptUpdates(context, port.keys, customerId, person.telegramId)
  const rows = await emptyRows(context, port.secret, {
    customerId,
    person,
    conversationIds: ids,
    entries,
    owner,
  })
  const others = { files: 0, exports: 0, views: 0 }
  const holdsPerson = recognise({ ...identity, names: identity.names.filter(isFullName) })
  const doomed = { tx, workspaceId, customerId, conversationIds: ids, holdsPerson }
  for (const eraser of port.erasers()) others[eraser.counts] += await eraser.erase(doomed)
  const counts = {
    keys: 1 + kept.length,
    parts: parts + kept.length,
    entries: entries.length,
    conversations: ids.length,
  }
  context.record(
    privacySubjectErased,
    { requestId: requestId as never, secondPerson, ...counts, stoppedMessages, ...rows, ...others }, // branded id
    { subject: { id: customerId }, customerId, entryId },
  )
  context.afterCommit(() => forget(port, workspaceId, [{ owner, entryId }, ...kept], now))
  return { entryId, parts: counts.parts, identity }
}

/** A list that could not be written is made good by the next look of any node: the database knows who was erased. */
function forget(
  { keys, erasures, log }: ErasePort,
  workspaceId: string,
  erased: readonly { owner: string; entryId: string }[],
  at: string,
): void {
  for (const { owner } of erased) keys.forget(workspaceId, owner)
  try {
    for (const { owner, entryId } of erased) erasures.append(workspaceId, { owner, entryId, at })
  } catch (error) {
    log.error(
      { err: error as Error, workspaceId },
      'an erasure could not be noted outside the database; tried again within a minute',
    )
  }
}
