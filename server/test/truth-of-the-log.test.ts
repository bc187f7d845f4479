import { COMMANDS, type CommandName, type Entry } from '@tracedesk/contracts'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { SimulatedBot } from '../src/demo/telegram/index.ts'
import { discoverProvider } from '../src/edges/http/oidc-client.ts'
import { newId } from '../src/kernel/id.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { startIdentityProvider } from './support/identity-provider.ts'
import { checkReplay } from './support/replay.ts'
import { checkTables } from './support/replay-tables.ts'
import { PASSWORD, type Person } from './support/world.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

/** Every command of these areas has a case below; a new one fails until it has. */
const AREAS = new Set(
  `message conversation note label label_set inbox_view customer field canned_reply moderation phrase_group wallet agent role
   department presence access two_factor session api_token bot notification oidc file impersonation`.split(
    /\s+/,
  ),
)

/** What a command must have left: the entry that tells it, by whom, and with which facts. */
interface Told {
  by: Person
  event: string
  data: object
  subject?: string
  reason?: string
  parts?: Record<string, string>
}

let desk: Desk
let bot: SimulatedBot & { botId: string }
let sales: string
let maya: Person
let omar: Person
let sofia: Person
const ran = new Set<string>()

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect('Desk')
  sales = await desk.world.department('Sales')
  maya = await desk.world.person('Maya', 'agent', [sales])
  omar = await desk.world.person('Omar', 'agent', [sales])
  sofia = await desk.world.person('Sofia', 'supervisor', [sales])
  await desk.owner.do('department.set_lead', {
    departmentId: sales as never,
    agentId: sofia.id as never,
    lead: true,
  })
  await desk.owner.do('bot.set_routing', {
    botId: bot.botId as never,
    mode: 'manual',
    departmentId: null,
    fallbackDepartmentId: null,
  })
})
afterAll(() => desk.end())

const commandOf = (name: string) => {
  const found = Object.values(COMMANDS).find(each => each.name === name)
  if (!found) throw new Error(`no command ${name}`)
  return found
}

/**
 * Runs a command and holds what it left against what it should: by whom, through which door, with which facts before and
 * after, and nothing that the command does not declare.
 */
async function tells<T>(
  name: CommandName,
  run: () => Promise<T>,
  told: Told | ((output: T) => Told),
): Promise<T> {
  const before = (await desk.world.entries({ limit: 1 })).length
  const output = await run()
  const expected = typeof told === 'function' ? told(output) : told
  const left = (await desk.world.entries()).slice(before)
  const own = left.filter(entry => entry.actor.id === expected.by.id && entry.event !== 'message.read')
  const records = new Set(commandOf(name).records.map(event => event.name))
  expect(
    own.map(entry => entry.event).filter(event => !records.has(event)),
    `${name} left what it does not declare`,
  ).toEqual([])
  const entry = own.findLast(each => each.event === expected.event)
  expect(entry, `${name} left no ${expected.event}`).toMatchObject({
    outcome: 'done',
    actor: { kind: 'agent', id: expected.by.id, name: { state: 'open' } },
    via: { source: 'console', sessionId: expect.any(String), requestId: 'test' },
    data: expected.data,
    ...(expected.subject ? { subject: { id: expected.subject } } : {}),
    ...(expected.reason ? { reason: { code: expected.reason } } : {}),
  })
  for (const [part, value] of Object.entries(expected.parts ?? {}))
    expect((entry as Entry).parts[part], `${name} ${part}`).toMatchObject({ state: 'open', value })
  ran.add(name)
  return output
}

/** A customer who has written, and their conversation, held by somebody. */
async function talkOf(firstName: string, holder: Person | null) {
  const who = desk.telegram.createUser({ firstName })
  who.say(bot, `${firstName} asks`)
  const talk = await until(async () =>
    (await desk.conversations()).find(each => each.customer.name === firstName),
  )
  if (holder)
    await desk.owner.do('conversation.assign', { conversationId: talk.id, agentId: holder.id as never })
  return { who, id: talk.id, customerId: talk.customer.id }
}

test('messages, moderation and canned replies', async () => {
  const { id, who } = await talkOf('Mia', maya)
  const reply = { folder: null, shortcut: null, departmentId: null, text: 'Hello there' }
  const canned = await tells(
    'canned_reply.create',
    () => sofia.do('canned_reply.create', { title: 'Hi', ...reply }),
    {
      by: sofia,
      event: 'canned_reply.created',
      data: { version: 1, to: { title: 'Hi', length: 11 } },
      parts: { after: 'Hello there' },
    },
  )
  const cannedReplyId = canned.cannedReply.id
  await tells(
    'canned_reply.update',
    () =>
      sofia.do('canned_reply.update', { cannedReplyId, version: 1, title: 'Hey', ...reply, text: 'Hello!' }),
    {
      by: sofia,
      event: 'canned_reply.updated',
      subject: cannedReplyId,
      data: { version: 2, from: { title: 'Hi' }, to: { title: 'Hey' } },
      parts: { before: 'Hello there', after: 'Hello!' },
    },
  )
  await tells(
    'message.send',
    () =>
      maya.do('message.send', {
        conversationId: id,
        text: 'Hello!',
        cannedReplyId,
        offered: [cannedReplyId],
      }),
    ({ message }) => ({
      by: maya,
      event: 'message.sent',
      subject: message.id,
      data: { kind: 'text', length: 6, cannedReply: { key: cannedReplyId, version: 2, edited: false } },
      parts: { text: 'Hello!' },
    }),
  )
  await until(() => who.received(bot).length === 1)
  const fault = { kind: 'refuse', code: 400, description: 'Bad Request: chat not found' } as const
  desk.telegram.faults.inject({ method: 'sendMessage', fault })
  const { message } = await maya.do('message.send', { conversationId: id, text: 'once more' })
  await until(async () => (await desk.messages(id)).at(-1)?.state === 'refused')
  await tells('message.retry', () => maya.do('message.retry', { messageId: message.id }), {
    by: maya,
    event: 'message.retried',
    subject: message.id,
    data: { from: 'refused' },
  })
  await until(() => who.received(bot).length === 2)
  await until(async () => (await desk.messages(id)).at(-1)?.state === 'delivered')
  const edit = { messageId: message.id, text: 'once more, please' }
  await tells('message.edit', () => maya.do('message.edit', edit), {
    by: maya,
    event: 'message.edited',
    subject: message.id,
    data: { version: 2, length: 17, previous: expect.any(String) },
    parts: { text: 'once more, please' },
  })
  await tells('message.react', () => maya.do('message.react', { messageId: message.id, emoji: '👍' }), {
    by: maya,
    event: 'message.reacted',
    subject: message.id,
    data: { from: null, to: '👍' },
  })
  await tells('message.recall', () => maya.do('message.recall', { messageId: message.id }), {
    by: maya,
    event: 'message.recalled',
    subject: message.id,
    data: { ageSeconds: expect.any(Number) },
  })
  await until(() => who.received(bot).length === 1)
  await until(async () => (await desk.messages(id)).find(each => each.id === message.id)?.recalledAt)
  const file = await cannedFile(cannedReplyId)
  const taken = await tells(
    'canned_reply.take_files',
    () => maya.do('canned_reply.take_files', { cannedReplyId, conversationId: id }),
    ({ files: [copy] }) => ({
      by: maya,
      event: 'file.uploaded',
      subject: copy?.id ?? '',
      data: { sha256: file.sha256, bytes: file.size },
      parts: { name: 'plan.txt' },
    }),
  )
  const fileId = taken.files[0]?.id as never
  await tells('file.discard', () => maya.do('file.discard', { fileId }), {
    by: maya,
    event: 'file.discarded',
    subject: fileId,
    data: { by: 'agent' },
  })
  await tells(
    'canned_reply.remove_file',
    () => sofia.do('canned_reply.remove_file', { cannedReplyId, fileId: file.id as never }),
    {
      by: sofia,
      event: 'canned_reply.file_removed',
      subject: cannedReplyId,
      data: { version: 4, file: { fileId: file.id, name: 'plan.txt', sha256: file.sha256 } },
    },
  )
  await tells('canned_reply.delete', () => sofia.do('canned_reply.delete', { cannedReplyId }), {
    by: sofia,
    event: 'canned_reply.deleted',
    subject: cannedReplyId,
    data: { version: 4, from: { title: 'Hey' } },
    parts: { before: 'Hello!' },
  })
  const group = {
    name: 'Words',
    botId: null,
    languages: [],
    action: 'confirm' as const,
    rules: [{ kind: 'plain' as const, pattern: 'refund' }],
  }
  const { phraseGroup } = await tells(
    'phrase_group.create',
    () => desk.owner.do('phrase_group.create', group),
    {
      by: desk.owner,
      event: 'phrase_group.created',
      data: { version: 1, to: { name: 'Words' } },
    },
  )
  await tells(
    'moderation.cancel',
    () => maya.do('moderation.cancel', { conversationId: id, text: 'a refund' }),
    { by: maya, event: 'moderation.flagged', data: { decision: 'cancelled' } },
  )
  const changed = { phraseGroupId: phraseGroup.id, version: 1, ...group, name: 'Other words' }
  await tells('phrase_group.update', () => desk.owner.do('phrase_group.update', changed), {
    by: desk.owner,
    event: 'phrase_group.updated',
    data: { version: 2, from: { name: 'Words' }, to: { name: 'Other words' } },
  })
  await tells(
    'phrase_group.delete',
    () => desk.owner.do('phrase_group.delete', { phraseGroupId: phraseGroup.id }),
    { by: desk.owner, event: 'phrase_group.deleted', data: { from: { name: 'Other words' } } },
  )
  const address = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'
  const { wallet } = await tells(
    'wallet.allow',
    () => desk.owner.do('wallet.allow', { address, name: 'Till' }),
    {
      by: desk.owner,
      event: 'wallet.allowed',
      data: { network: 'tron', address, name: 'Till' },
    },
  )
  await tells('wallet.disallow', () => desk.owner.do('wallet.disallow', { walletId: wallet.id }), {
    by: desk.owner,
    event: 'wallet.disallowed',
    subject: wallet.id,
    data: { address, name: 'Till' },
  })
  await desk.owner.do('wallet.allow', { address, name: 'Till again' })
  const stays = await sofia.do('canned_reply.create', { title: 'Kept', ...reply })
  await cannedFile(stays.cannedReply.id)
  await desk.owner.do('phrase_group.create', { ...group, rules: [{ kind: 'plain', pattern: 'never said' }] })
  await checkReplay(desk.world, id)
})

/** A file that goes with a canned reply, put there as the upload's route does. */
async function cannedFile(cannedReplyId: string): Promise<{ id: string; sha256: string; size: number }> {
  const { spool, cannedFiles, door } = desk.world.node
  const id = newId()
  const bytes = async function* () {
    yield Buffer.from('the plan')
  }
  const kept = await spool.keep(desk.world.workspaceId, id, bytes(), 1_000)
  const input = { cannedReplyId, fileId: id, name: 'plan.txt', ...kept }
  await door.execute(cannedFiles.add as never, await sofia.caller(), input)
  return { id, sha256: kept.sha256, size: kept.size }
}

test('conversations', async () => {
  const { id } = await talkOf('Ben', null)
  const about = { conversationId: id }
  const told = (by: Person, event: string, data: object, reason?: string): Told => ({
    by,
    event,
    data,
    subject: id,
    ...(reason ? { reason } : {}),
  })
  await tells(
    'conversation.assign',
    () => maya.do('conversation.assign', { ...about, agentId: maya.id as never }),
    told(maya, 'conversation.assigned', { from: null, to: maya.id, cause: 'taken' }),
  )
  await tells(
    'conversation.set_priority',
    () => maya.do('conversation.set_priority', { ...about, priority: 'high' }),
    told(maya, 'conversation.priority_set', { from: 'normal', to: 'high' }),
  )
  const pin = { ...about, scope: 'shared' as const }
  await tells(
    'conversation.pin',
    () => maya.do('conversation.pin', pin),
    told(maya, 'conversation.pinned', { scope: 'shared' }),
  )
  await tells(
    'conversation.unpin',
    () => maya.do('conversation.unpin', pin),
    told(maya, 'conversation.unpinned', { scope: 'shared' }),
  )
  const until = new Date(Date.now() + 3_600_000).toISOString()
  await tells(
    'conversation.snooze',
    () => maya.do('conversation.snooze', { ...about, until }),
    told(maya, 'conversation.snoozed', { until: until.replace('Z', '000Z'), previous: null }),
  )
  const transfer = { ...about, toAgentId: omar.id as never, reasonCode: 'skill', reasonText: 'knows it' }
  await tells('conversation.transfer', () => maya.do('conversation.transfer', transfer), {
    ...told(
      maya,
      'conversation.transferred',
      { state: 'offered', from: { agentId: maya.id }, to: { agentId: omar.id } },
      'skill',
    ),
    parts: { reasonText: 'knows it' },
  })
  await tells(
    'conversation.decline',
    () => omar.do('conversation.decline', about),
    told(omar, 'conversation.declined', { offered: { agentId: omar.id }, by: 'target' }),
  )
  await maya.do('conversation.transfer', transfer)
  await tells(
    'conversation.accept',
    () => omar.do('conversation.accept', about),
    told(omar, 'conversation.accepted', { from: { agentId: maya.id }, to: { agentId: omar.id } }),
  )
  await tells(
    'conversation.change_status',
    () => omar.do('conversation.change_status', { ...about, status: 'resolved' }),
    told(omar, 'conversation.status_changed', { from: 'in_progress', to: 'resolved' }),
  )
  await omar.do('conversation.change_status', { ...about, status: 'pending' })
  const second = await secondConversationLike(id)
  await tells(
    'conversation.merge',
    () => desk.owner.do('conversation.merge', { conversationId: second, intoConversationId: id }),
    { by: desk.owner, event: 'conversation.merged', subject: id, data: { side: 'kept', other: second } },
  )
  expect(await checkReplay(desk.world, id)).toMatchObject({ status: 'pending', assigneeId: omar.id })
})

/** Another conversation of the same customer and bot, put straight into the tables. */
async function secondConversationLike(id: string): Promise<never> {
  const [row] = await desk.world.asSuperuser<{ id: string }>(
    `insert into conversation (workspace_id, conversation_id, bot_id, customer_id, topic_id, status, opened_at, last_message_at)
     select workspace_id, gen_random_uuid(), bot_id, customer_id, 7, 'in_progress', now(), now() from conversation where conversation_id = $1
     returning conversation_id as id`,
    [id],
  )
  return row?.id as never
}

test('notes, labels, views and customers', async () => {
  const { id, customerId } = await talkOf('Cleo', maya)
  const other = await talkOf('Cleo again', maya)
  const { note } = await tells(
    'note.add',
    () => maya.do('note.add', { conversationId: id, text: 'first', mentions: [omar.id as never] }),
    {
      by: maya,
      event: 'note.added',
      data: { scope: 'team', length: 5, mentions: [omar.id] },
      parts: { text: 'first' },
    },
  )
  const soon = new Date(Date.now() + 60_000).toISOString()
  await tells('note.see_mentions', () => omar.do('note.see_mentions', { to: soon }), {
    by: omar,
    event: 'note.mentions_seen',
    subject: omar.id,
    data: { from: null, notes: [note.id] },
  })
  await tells('note.edit', () => maya.do('note.edit', { noteId: note.id, text: 'second' }), {
    by: maya,
    event: 'note.edited',
    subject: note.id,
    data: { version: 2, mentions: [], previous: expect.any(String) },
    parts: { text: 'second' },
  })
  await tells('note.delete', () => maya.do('note.delete', { noteId: note.id }), {
    by: maya,
    event: 'note.deleted',
    subject: note.id,
    data: { version: 2, authorId: maya.id },
  })
  await maya.do('note.add', { conversationId: id, text: 'stays' })

  const colour = '#0f766e'
  const { label } = await tells('label.create', () => sofia.do('label.create', { name: 'vip', colour }), {
    by: sofia,
    event: 'label.created',
    data: { name: 'vip', colour },
  })
  const labelId = label.id
  await tells('label.rename', () => sofia.do('label.rename', { labelId, name: 'VIP' }), {
    by: sofia,
    event: 'label.renamed',
    subject: labelId,
    data: { from: 'vip', to: 'VIP' },
  })
  await tells('label.change_colour', () => sofia.do('label.change_colour', { labelId, colour: '#b91c1c' }), {
    by: sofia,
    event: 'label.colour_changed',
    data: { from: colour, to: '#b91c1c' },
  })
  for (const [name, event] of [
    ['customer.add_label', 'customer.label_added'],
    ['customer.remove_label', 'customer.label_removed'],
  ] as const)
    await tells(name, () => maya.do(name, { customerId, labelId }), {
      by: maya,
      event,
      subject: customerId,
      data: { labelId, labelName: 'VIP' },
    })
  const set = { name: 'Topic', labelIds: [labelId] }
  const { labelSet } = await tells('label_set.create', () => sofia.do('label_set.create', set), {
    by: sofia,
    event: 'label_set.created',
    data: { to: set },
  })
  const labelSetId = labelSet.id
  const renamed = { ...set, name: 'Topics' }
  await tells('label_set.change', () => sofia.do('label_set.change', { labelSetId, ...renamed }), {
    by: sofia,
    event: 'label_set.changed',
    data: { from: set, to: renamed },
  })
  await tells('label_set.delete', () => sofia.do('label_set.delete', { labelSetId }), {
    by: sofia,
    event: 'label_set.deleted',
    data: { from: renamed },
  })
  await sofia.do('label_set.create', set)

  const filter = {
    place: 'all',
    status: 'any',
    botId: null,
    labelId,
    departmentId: null,
    unread: false,
  } as const
  const { inboxView } = await tells(
    'inbox_view.create',
    () => sofia.do('inbox_view.create', { name: 'VIPs', filter }),
    { by: sofia, event: 'inbox_view.created', data: { to: { filter } }, parts: { name: 'VIPs' } },
  )
  const inboxViewId = inboxView.id
  await tells(
    'inbox_view.change',
    () => sofia.do('inbox_view.change', { inboxViewId, name: 'VIP', filter }),
    {
      by: sofia,
      event: 'inbox_view.changed',
      data: { from: { filter }, to: { filter } },
      parts: { name: 'VIP', nameBefore: 'VIPs' },
    },
  )
  await tells('inbox_view.share', () => sofia.do('inbox_view.share', { inboxViewId, shared: true }), {
    by: sofia,
    event: 'inbox_view.shared',
    data: { from: false, to: true },
  })
  await tells('inbox_view.delete', () => sofia.do('inbox_view.delete', { inboxViewId }), {
    by: sofia,
    event: 'inbox_view.deleted',
    data: { from: { filter }, shared: true },
    parts: { name: 'VIP' },
  })
  await sofia.do('inbox_view.create', { name: 'Kept', filter })

  const { field } = await tells(
    'field.define',
    () => desk.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' }),
    {
      by: desk.owner,
      event: 'field.defined',
      data: { to: { key: 'city', name: 'City', fieldKind: 'text' } },
    },
  )
  const fieldId = field.id
  await tells('field.change', () => desk.owner.do('field.change', { fieldId, name: 'Town' }), {
    by: desk.owner,
    event: 'field.changed',
    data: { from: { name: 'City' }, to: { name: 'Town' } },
  })
  await maya.do('customer.set_field', { customerId, fieldId, value: 'Riga' })
  await tells(
    'customer.set_field',
    () => maya.do('customer.set_field', { customerId, fieldId, value: 'Oslo' }),
    {
      by: maya,
      event: 'customer.field_set',
      subject: customerId,
      data: { fieldId, fieldName: 'Town', change: 'changed' },
      parts: { before: 'Riga', after: 'Oslo' },
    },
  )
  const spare = await desk.owner.do('field.define', { key: 'spare', name: 'Spare', kind: 'number' })
  await tells('field.delete', () => desk.owner.do('field.delete', { fieldId: spare.field.id }), {
    by: desk.owner,
    event: 'field.deleted',
    data: { from: { key: 'spare' }, customers: 0 },
  })
  await tells(
    'customer.update_profile',
    () => maya.do('customer.update_profile', { customerId, nickname: 'C.' }),
    {
      by: maya,
      event: 'customer.profile_updated',
      data: { fields: ['nickname'] },
      parts: { nicknameAfter: 'C.' },
    },
  )
  await tells('customer.block', () => maya.do('customer.block', { customerId }), {
    by: maya,
    event: 'customer.blocked',
    subject: customerId,
    data: { stoppedWaiting: 1 },
  })
  await tells('customer.unblock', () => maya.do('customer.unblock', { customerId }), {
    by: maya,
    event: 'customer.unblocked',
    data: { since: expect.any(String) },
  })
  await maya.do('customer.add_label', { customerId: other.customerId, labelId })
  await tells(
    'customer.merge',
    () => desk.owner.do('customer.merge', { customerId: other.customerId, intoCustomerId: customerId }),
    {
      by: desk.owner,
      event: 'customer.merged',
      subject: customerId,
      data: { side: 'kept', other: other.customerId, labelsAdded: [labelId] },
    },
  )
  const doomed = await sofia.do('label.create', { name: 'doomed', colour })
  await maya.do('customer.add_label', { customerId, labelId: doomed.label.id })
  await tells('label.delete', () => sofia.do('label.delete', { labelId: doomed.label.id }), {
    by: sofia,
    event: 'label.deleted',
    data: { name: 'doomed', colour, customers: 1 },
  })
})

const totp = (secret: string, at = Date.now()) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at })

test('people and access', async () => {
  const { owner } = desk
  const agentId = maya.id as never
  const facts = {
    scope: 'own' as const,
    permissions: ['conversation.view'],
    withheld: false,
    takesConversations: false,
  }
  const { role } = await tells('role.create', () => owner.do('role.create', { name: 'Reader', ...facts }), {
    by: owner,
    event: 'role.created',
    data: { role: { name: 'Reader', scope: 'own' }, permissionCount: 1 },
  })
  await tells('role.update', () => owner.do('role.update', { role, name: 'Readers', ...facts }), {
    by: owner,
    event: 'role.updated',
    data: { from: { name: 'Reader' }, to: { name: 'Readers' } },
  })
  await tells('role.delete', () => owner.do('role.delete', { role }), {
    by: owner,
    event: 'role.deleted',
    subject: role,
    data: {},
  })
  const one = { agentId, switch: 'transfer' as const }
  await tells('agent.revoke', () => owner.do('agent.revoke', one), {
    by: owner,
    event: 'agent.revoked',
    subject: maya.id,
    data: { switch: 'transfer', from: null },
  })
  await tells('agent.grant', () => owner.do('agent.grant', one), {
    by: owner,
    event: 'agent.granted',
    data: { switch: 'transfer', from: false },
  })
  await tells('agent.set_bots', () => owner.do('agent.set_bots', { agentId, botIds: [bot.botId as never] }), {
    by: owner,
    event: 'agent.bots_set',
    data: { from: null, to: [bot.botId] },
  })
  await tells('agent.set_serving', () => owner.do('agent.set_serving', { agentId, serving: true }), {
    by: owner,
    event: 'agent.serving_set',
    data: { to: true },
  })
  const desks = { agentId, capacity: 3, languages: ['en'] }
  await tells('agent.change_desk', () => owner.do('agent.change_desk', desks), {
    by: owner,
    event: 'agent.desk_changed',
    data: { from: { capacity: null }, to: { capacity: 3, languages: ['en'] } },
  })
  await tells('presence.change', () => maya.do('presence.change', { state: 'away', reasonCode: 'lunch' }), {
    by: maya,
    event: 'presence.changed',
    data: { to: 'away', by: 'person' },
    reason: 'lunch',
  })
  const seat = { name: 'Nina', email: 'nina@desk.example', role: 'agent' as const }
  const { agent } = await tells('agent.invite', () => owner.do('agent.invite', seat), {
    by: owner,
    event: 'agent.invited',
    data: { role: 'agent' },
    parts: { name: 'Nina', email: 'nina@desk.example' },
  })
  await tells('agent.revoke_invitation', () => owner.do('agent.revoke_invitation', { agentId: agent.id }), {
    by: owner,
    event: 'agent.invitation_revoked',
    subject: agent.id,
    data: {},
  })
  const kim = await desk.world.person('Kim', 'agent')
  const kimId = kim.id as never
  expect((await desk.world.entries({ event: 'agent.joined', subject: kim.id })).at(-1)).toMatchObject({
    actor: { kind: 'agent', id: kim.id },
  })
  ran.add('agent.accept_invitation')
  await tells(
    'agent.change_role',
    () => owner.do('agent.change_role', { agentId: kimId, role: 'supervisor' }),
    {
      by: owner,
      event: 'agent.role_changed',
      data: { from: 'agent', to: 'supervisor' },
    },
  )
  const { department } = await tells(
    'department.create',
    () => owner.do('department.create', { name: 'Support' }),
    {
      by: owner,
      event: 'department.created',
      data: { name: 'Support' },
    },
  )
  const departmentId = department.id
  const member = { departmentId, agentId: kimId }
  await tells('department.update', () => owner.do('department.update', { departmentId, name: 'Help' }), {
    by: owner,
    event: 'department.renamed',
    data: { from: 'Support', to: 'Help' },
  })
  await tells('department.add_member', () => owner.do('department.add_member', member), {
    by: owner,
    event: 'department.member_added',
    data: { agentId: kim.id },
  })
  await tells('department.set_lead', () => owner.do('department.set_lead', { ...member, lead: true }), {
    by: owner,
    event: 'department.lead_set',
    data: { agentId: kim.id, from: false, to: true },
  })
  await tells('department.remove_member', () => owner.do('department.remove_member', member), {
    by: owner,
    event: 'department.member_removed',
    data: { agentId: kim.id, wasLead: true },
  })
  await owner.do('department.add_member', member)
  await tells('department.delete', () => owner.do('department.delete', { departmentId }), {
    by: owner,
    event: 'department.deleted',
    subject: departmentId,
    data: { name: 'Help', members: 1, leads: 0 },
  })
  await tells('agent.report_offboarding', () => owner.do('agent.report_offboarding', { agentId: kimId }), {
    by: owner,
    event: 'agent.offboarding_reported',
    subject: kim.id,
    data: { openConversations: 0 },
  })
  await tells('access.mark_reviewed', () => owner.do('access.mark_reviewed', { agentIds: [kimId] }), {
    by: owner,
    event: 'access.reviewed',
    subject: kim.id,
    data: { role: 'supervisor' },
  })
  const { secret } = await kim.ask('two_factor.propose')
  await tells('two_factor.enable', () => kim.do('two_factor.enable', { secret, code: totp(secret) }), {
    by: kim,
    event: 'two_factor.enabled',
    data: { recoveryCodes: 10 },
  })
  const next = totp(secret, Date.now() + 30_000)
  await tells('two_factor.renew_codes', () => kim.do('two_factor.renew_codes', { code: next }), {
    by: kim,
    event: 'two_factor.codes_renewed',
    data: { recoveryCodes: 10 },
  })
  const lost = { agentId: kimId, reasonText: 'phone lost' }
  await tells('two_factor.reset', () => owner.do('two_factor.reset', lost), {
    by: owner,
    event: 'two_factor.disabled',
    data: { by: 'reset' },
  })
  const lee = await desk.world.person('Lee', 'agent')
  const proposed = await lee.ask('two_factor.propose')
  await lee.do('two_factor.enable', { secret: proposed.secret, code: totp(proposed.secret) })
  const off = { password: PASSWORD, code: totp(proposed.secret, Date.now() + 30_000) }
  await tells('two_factor.disable', () => lee.do('two_factor.disable', off), {
    by: lee,
    event: 'two_factor.disabled',
    data: { by: 'person' },
  })
  const words = { current: PASSWORD, password: 'quite another sentence' }
  await tells('agent.change_password', () => lee.do('agent.change_password', words), {
    by: lee,
    event: 'agent.password_changed',
    data: { sessionsEnded: 0 },
  })
  const pia = await desk.world.person('Pia', 'agent')
  const hers = await pia.ask('two_factor.propose')
  await pia.do('two_factor.enable', { secret: hers.secret, code: totp(hers.secret) })
  const token = await tells(
    'api_token.create',
    () => owner.do('api_token.create', { name: 'bi', role: 'auditor' }),
    {
      by: owner,
      event: 'api_token.created',
      data: { name: 'bi' },
    },
  )
  const apiTokenId = token.apiToken.id
  await tells('api_token.revoke', () => owner.do('api_token.revoke', { apiTokenId }), {
    by: owner,
    event: 'api_token.revoked',
    subject: apiTokenId,
    data: { name: 'bi' },
  })
  const ada = await desk.world.person('Ada', 'admin')
  const why = { agentId: maya.id as never, reasonText: 'she sees no queue' }
  await tells('impersonation.start', () => ada.do('impersonation.start', why), {
    by: ada,
    event: 'impersonation.started',
    subject: maya.id,
    data: { until: expect.any(String) },
    parts: { reasonText: 'she sees no queue' },
  })
  await tells('impersonation.end', () => ada.do('impersonation.end', {}), {
    by: ada,
    event: 'impersonation.ended',
    subject: maya.id,
    data: { cause: 'by_person' },
  })
  const sessionId = (await lee.caller()).via.sessionId as never
  await tells('session.revoke', () => owner.do('session.revoke', { sessionId }), {
    by: owner,
    event: 'session.revoked',
    data: { cause: 'by_person' },
  })
  const signIn = desk.world.node.commandsByName.get('session.sign_in')
  if (!signIn) throw new Error('no session.sign_in')
  const nobody = { ...(await maya.caller()), workspaceId: '', permissions: new Set<string>() }
  const stranger = {
    ...nobody,
    actor: { kind: 'operator', id: null, role: null, departments: [], named: null },
  }
  await desk.world.node.door.execute(signIn, stranger as never, { email: maya.email, password: PASSWORD })
  expect((await desk.world.entries({ event: 'session.signed_in', actor: maya.id })).at(-1)).toMatchObject({
    data: { method: 'password' },
  })
  ran.add('session.sign_in')
  await tells('agent.reset_password', () => owner.do('agent.reset_password', { agentId: lee.id as never }), {
    by: owner,
    event: 'agent.password_reset',
    subject: lee.id,
    data: { way: 'link' },
  })
  await tells('agent.deactivate', () => owner.do('agent.deactivate', { agentId: kimId }), {
    by: owner,
    event: 'agent.deactivated',
    subject: kim.id,
    data: { conversationsRequeued: 0 },
  })
  await tells('agent.reactivate', () => owner.do('agent.reactivate', { agentId: kimId }), {
    by: owner,
    event: 'agent.reactivated',
    subject: kim.id,
    data: {},
  })
  await tells('session.sign_out', () => omar.do('session.sign_out', {}), {
    by: omar,
    event: 'session.signed_out',
    data: {},
  })
})

test('notices in Telegram, and signing in elsewhere', async () => {
  const { owner } = desk
  const botId = bot.botId as never
  const choice = { onAssigned: false, onWaiting: true, waitingMinutes: 9, quietWhenOnline: false }
  const offer = (who: Person) => who.do('notification.link', { botId })
  const { code } = await tells('notification.link', () => offer(maya), {
    by: maya,
    event: 'notification.link_offered',
    subject: maya.id,
    data: { until: expect.any(String) },
  })
  desk.telegram.createUser({ firstName: 'Maya herself' }).say(bot, `/start ${code}`)
  await until(async () => (await desk.world.entries({ event: 'notification.linked' })).length === 1)
  await tells('notification.configure', () => maya.do('notification.configure', choice), {
    by: maya,
    event: 'notification.configured',
    subject: maya.id,
    data: { from: { onAssigned: true, waitingMinutes: 5 }, to: choice },
  })
  await offer(sofia)
  await tells('notification.unlink', () => sofia.do('notification.unlink', {}), {
    by: sofia,
    event: 'notification.unlinked',
    subject: sofia.id,
    data: { cause: 'by_person' },
  })

  const provider = await startIdentityProvider('http://desk.example/api/oidc.callback')
  const { node } = desk.world
  node.discoverOidc = asked => discoverProvider(asked, true)
  const configure = node.commandsByName.get('oidc.configure')
  if (!configure) throw new Error('no oidc.configure')
  const { issuer, clientId, clientSecret } = provider
  const input = { issuer, clientId, clientSecret, label: 'House account' }
  const byOwner = async () => node.door.execute(configure, await owner.caller(), input)
  await tells('oidc.configure', byOwner, {
    by: owner,
    event: 'oidc.configured',
    data: { from: null, to: { issuer, clientId, label: 'House account' } },
  })
  await tells('oidc.remove', () => owner.do('oidc.remove', {}), {
    by: owner,
    event: 'oidc.removed',
    data: { from: { issuer, label: 'House account' } },
  })
  await byOwner()
  await provider.stop()
  await owner.do('setting.change', { key: 'log.record_reads', value: true })
})

test('bots', async () => {
  const { owner } = desk
  const made = desk.telegram.createBot({ name: 'Second' })
  const connected = await tells('bot.connect', () => owner.do('bot.connect', { token: made.token }), {
    by: owner,
    event: 'bot.connected',
    data: { telegramId: made.id, delivery: 'polling' },
  })
  const botId = connected.bot.id
  const routing = { mode: 'least_busy' as const, departmentId: sales as never, fallbackDepartmentId: null }
  await tells('bot.set_routing', () => owner.do('bot.set_routing', { botId, ...routing }), {
    by: owner,
    event: 'bot.routing_changed',
    subject: botId,
    data: { from: { mode: 'online_first' }, to: routing },
  })
  await tells('bot.set_groups', () => owner.do('bot.set_groups', { botId, enabled: true }), {
    by: owner,
    event: 'bot.groups_changed',
    subject: botId,
    data: { from: false, to: true },
  })
  const commands = [{ command: 'start', description: 'Begin' }]
  await tells('bot.set_commands', () => owner.do('bot.set_commands', { botId, commands }), {
    by: owner,
    event: 'bot.commands_set',
    subject: botId,
    data: { scope: 'default', language: '', from: 0, to: 1 },
    parts: { before: '', after: '/start Begin' },
  })
  await tells('bot.set_profile', () => owner.do('bot.set_profile', { botId, description: 'Ask us' }), {
    by: owner,
    event: 'bot.profile_set',
    subject: botId,
    data: { field: 'description', language: '', from: 0, to: 6 },
    parts: { before: '', after: 'Ask us' },
  })
  await until(async () => (await desk.entries('bot.change_accepted')).length === 2)
  const { token } = desk.telegram.revokeToken(made)
  await tells('bot.rotate_token', () => owner.do('bot.rotate_token', { botId, token }), {
    by: owner,
    event: 'bot.token_rotated',
    subject: botId,
    data: { from: expect.any(String), to: expect.any(String) },
  })
  await tells('bot.disconnect', () => owner.do('bot.disconnect', { botId }), {
    by: owner,
    event: 'bot.disconnected',
    subject: botId,
    data: { token: expect.any(String) },
  })
})

test('the tables hold what replaying the entries gives', () => checkTables(desk.world))

test('whoever may not, does not: of every command of these areas the attempt is in the log, and nothing is changed', async () => {
  const caller = { ...(await maya.caller()), permissions: new Set<string>() }
  const { door, commandsByName } = desk.world.node
  const guarded = Object.values(COMMANDS).filter(
    ({ name, permission }) => AREAS.has(name.split('.')[0] ?? '') && permission !== null,
  )
  const before = (await desk.world.entries()).length
  for (const { name } of guarded) {
    const command = commandsByName.get(name)
    if (!command) throw new Error(`no command ${name}`)
    await expect(door.execute(command, caller, {}), name).rejects.toMatchObject({ code: 'permission.denied' })
  }
  const left = (await desk.world.entries()).slice(before).filter(entry => entry.actor.id === maya.id)
  expect(left.map(({ event, outcome, data }) => [event, outcome, data])).toEqual(
    guarded.map(({ name, permission }) => ['permission.refused', 'refused', { name, permission }]),
  )
  await checkTables(desk.world)
})

test('every command of these areas was run, and a new one needs a case here', () => {
  const missing = Object.values(COMMANDS)
    .map(({ name }) => name)
    .filter(name => AREAS.has(name.split('.')[0] ?? '') && !ran.has(name))
  expect(missing, 'add a case for each to this file').toEqual([])
})
