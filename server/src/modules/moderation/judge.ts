import { createHash } from 'node:crypto'
import { alertRaised, type ModerationAction, moderationFlagged } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { readSetting } from '../team/index.ts'
import { compiledGroups } from './compiled-groups.ts'
import { formText } from './phrases.ts'
import { allowedAmong, forgetHits, noteHit } from './store.ts'
import { findWallets } from './wallets.ts'

type Decision = z.infer<typeof moderationFlagged.data>['decision']
type Finding = z.infer<typeof moderationFlagged.data>['findings'][number]

/** Something found in a text. `id` stands for this finding in this text of this conversation, and no other. */
export interface Flag {
  readonly id: string
  readonly action: ModerationAction
  readonly finding: Finding
  /** What the agent is told: the group's name and what was read, or the address. */
  readonly group: string | null
  readonly found: string
}

/** A leaf holds at most 4 KB: room for so many findings. */
const FINDINGS_MAX = 12
const ALERT_ENTRIES_MAX = 20

/** Checks a text against the phrase groups of the bot and the wallets of the house. */
export async function findFlags(
  context: CommandContext,
  conversation: ConversationRef,
  text: string,
): Promise<Flag[]> {
  return [
    ...(await findPhrases(context, conversation, text)),
    ...(await findForeignWallets(context, conversation, text)),
  ]
}

const idOf = (conversation: ConversationRef, text: string, ...what: unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([conversation.id, text, ...what]))
    .digest('base64url')
    .slice(0, 22)

async function findPhrases(
  { tx, workspaceId }: CommandContext,
  conversation: ConversationRef,
  text: string,
): Promise<Flag[]> {
  const groups = await compiledGroups(tx, workspaceId, conversation.botId)
  const formed = groups.length > 0 ? formText(text) : null
  return groups.flatMap(group =>
    group.rules.flatMap(rule => {
      const found = formed && rule.find(formed)
      if (found === null) return []
      const finding = {
        kind: 'phrase' as const,
        groupId: group.id,
        groupVersion: group.version,
        ruleId: rule.id,
      }
      const id = idOf(conversation, text, group.id, group.version, rule.id)
      // Branded ids: the group's id comes from its own row.
      return [{ id, action: group.action, finding: finding as Finding, group: group.name, found }]
    }),
  )
}

async function findForeignWallets(
  { tx, workspaceId }: CommandContext,
  conversation: ConversationRef,
  text: string,
): Promise<Flag[]> {
  const wallets = findWallets(text)
  if (wallets.length === 0) return []
  const allowed = await allowedAmong(tx, workspaceId, wallets)
  const action = (await readSetting(tx, workspaceId, 'moderation.block_unknown_wallets'))
    ? 'block'
    : 'confirm'
  return wallets
    .filter(
      ({ network, canonical, checksum }) => checksum === 'wrong' || !allowed.has(`${network} ${canonical}`),
    )
    .map(({ network, address, checksum }) => ({
      id: idOf(conversation, text, network, address),
      action,
      finding: { kind: 'wallet', network, checksum },
      group: null,
      found: address,
    }))
}

/** What a caller is told of flags. */
const describeFlags = (flags: readonly Flag[]) =>
  flags.slice(0, 50).map(({ id, action, group, found, finding }) => ({
    id,
    action,
    kind: finding.kind,
    group,
    found,
    ...(finding.kind === 'wallet' ? { network: finding.network, checksum: finding.checksum } : {}),
  }))

/**
 * Decides whether a text may be sent. Returns true when it may, having recorded that the agent confirmed what was
 * found. Otherwise records the attempt, says how it is to be refused once that is committed (`moderation.blocked`,
 * `moderation.confirm_needed` with `flags`), and returns false: the caller changes nothing then.
 */
export async function judgeText(
  context: CommandContext,
  attempt: {
    conversation: ConversationRef
    text: string
    confirm: readonly string[]
    messageId: string
  },
): Promise<boolean> {
  const { conversation, text, confirm, messageId } = attempt
  const flags = await findFlags(context, conversation, text)
  if (flags.length === 0) return true
  const blocking = flags.filter(flag => flag.action === 'block')
  if (blocking.length > 0) {
    await recordHit(context, conversation, text, blocking, 'blocked')
    context.refuseAfterCommit(new ConsoleError('moderation.blocked', { flags: describeFlags(blocking) }))
    return false
  }
  if (flags.every(flag => confirm.includes(flag.id))) {
    recordFlagged(context, conversation, text, flags, 'confirmed', messageId)
    return true
  }
  await recordHit(context, conversation, text, flags, 'asked')
  context.refuseAfterCommit(new ConsoleError('moderation.confirm_needed', { flags: describeFlags(flags) }))
  return false
}

/** Adds the entry of a decision; returns its id. */
export function recordFlagged(
  context: CommandContext,
  conversation: ConversationRef,
  text: string,
  flags: readonly Flag[],
  decision: Decision,
  messageId: string | null = null,
): string {
  return context.record(
    moderationFlagged,
    {
      decision,
      findings: flags.slice(0, FINDINGS_MAX).map(flag => flag.finding),
      more: Math.max(0, flags.length - FINDINGS_MAX),
      length: text.length,
      // branded: the message's id was made by the caller
      messageId: messageId as never,
    },
    { subject: { id: conversation.id }, conversation, parts: { text } },
  )
}

/** Records a hit, and an alert when there were many in a short time; the count then begins anew. */
async function recordHit(
  context: CommandContext,
  conversation: ConversationRef,
  text: string,
  flags: readonly Flag[],
  decision: 'blocked' | 'asked',
): Promise<void> {
  const { tx, workspaceId, now, caller } = context
  const entryId = recordFlagged(context, conversation, text, flags, decision)
  const minutes = Number(await readSetting(tx, workspaceId, 'moderation.alert_minutes'))
  const needed = Number(await readSetting(tx, workspaceId, 'moderation.alert_hits'))
  const actor = `${caller.actor.kind}:${caller.actor.id ?? ''}`
  const hits = await noteHit(tx, workspaceId, actor, { entryId, at: now, minutes })
  if (hits.length < needed) return
  await forgetHits(tx, workspaceId, actor)
  context.record(
    alertRaised,
    {
      alert: 'moderation_repeated',
      agentId: (caller.actor.kind === 'agent' ? caller.actor.id : null) as never,
      hits: hits.length,
      minutes,
      entries: hits.slice(-ALERT_ENTRIES_MAX),
    },
    {
      subject: { id: newId() },
      // those who lead the agent see it
      departments: caller.actor.departments,
      botId: conversation.botId,
      actor: { kind: 'rule', id: null, role: null, departments: [], named: null },
      causedBy: entryId,
    },
  )
}
