import { permissionsInForce, ROLE_PERMISSIONS } from '@tracedesk/contracts'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, operatorCaller } from '../src/command/caller.ts'
import { resolveApiToken, resolveSession, scopeOf, seesConversation } from '../src/modules/team/index.ts'
import { createWorld, PASSWORD, type Person, type World } from './support/world.ts'

let world: World
let billing: string
let adam: Person
let sue: Person
let ann: Person
const FACTS = { requestId: 'test', ip: '192.0.2.9', userAgent: 'vitest' }

beforeAll(async () => {
  world = await createWorld()
  billing = await world.department('Billing')
  adam = await world.person('Adam', 'admin')
  sue = await world.person('Sue', 'supervisor', [billing])
  ann = await world.person('Ann', 'agent', [billing])
  await world.owner.do('department.set_lead', {
    departmentId: billing as never,
    agentId: sue.id as never,
    lead: true,
  })
})
afterAll(() => world.end())

const last = async (event: string) => (await world.entries({ event })).at(-1)
const stranger: Caller = { ...operatorCaller(''), permissions: new Set(), address: FACTS }
const open = async (name: string, input: unknown) => {
  const command = world.node.commandsByName.get(name)
  if (!command) throw new Error(`no command ${name}`)
  return (await world.node.door.execute(command, stranger, input)) as { token: string }
}
const signIn = (person: Person, more: { password?: string; code?: string } = {}) =>
  open('session.sign_in', { email: person.email, password: PASSWORD, ...more })
const permissionsOf = async (person: Person) => {
  const { permissions } = await person.caller()
  return permissions as ReadonlySet<string>
}

describe('roles of the workspace', () => {
  const facts = {
    scope: 'departments' as const,
    permissions: ['conversation.view', 'team.view', 'log.view', 'message.send'],
    withheld: true,
    takesConversations: true,
  }

  test('a role has exactly its permissions, its scope, and one’s own access', async () => {
    const { role } = await world.owner.do('role.create', { name: 'Shift lead', ...facts })
    expect(role).toBe('custom.shift_lead')
    const rita = await world.person('Rita', role as never, [billing])
    const { permissions, standing, actor } = await rita.caller()
    expect(permissions).toEqual(permissionsInForce(facts.permissions, {}))
    expect(standing).toMatchObject({ scope: 'departments', withheld: true, rank: 2, bots: null })
    expect(actor.role).toBe('custom.shift_lead')
    await expect(rita.ask('setting.list')).rejects.toMatchObject({ code: 'permission.denied' })
    expect((await rita.ask('session.me')).scope).toBe('departments')
    expect(await last('role.created')).toMatchObject({
      subject: { kind: 'role', id: role },
      data: { role: { name: 'Shift lead', scope: 'departments' }, permissionCount: 4 },
      parts: { permissions: { state: 'open', value: facts.permissions.toSorted().join('\n') } },
    })
  })

  test('a changed role holds at once, and the entry has both lists', async () => {
    const rita = (await world.owner.ask('agent.list')).items.find(one => one.name === 'Rita')
    await world.owner.do('role.update', {
      role: 'custom.shift_lead',
      name: 'Shift lead',
      ...facts,
      permissions: ['conversation.view', 'team.view', 'label.create'],
    })
    expect(rita?.rank).toBe(2)
    const entry = await last('role.updated')
    expect(entry?.data).toMatchObject({ added: 1, removed: 2 })
    expect(entry?.parts.permissionsBefore).toMatchObject({ state: 'open' })
    expect(
      (await world.owner.ask('role.list')).items.find(one => one.role === 'custom.shift_lead'),
    ).toMatchObject({
      permissions: ['conversation.view', 'label.create', 'team.view'],
      agents: 1,
    })
  })

  test('a name is there once, a role in use stays, an unknown permission is refused', async () => {
    await expect(world.owner.do('role.create', { name: 'shift LEAD', ...facts })).rejects.toMatchObject({
      code: 'role.name_taken',
    })
    await expect(world.owner.do('role.delete', { role: 'custom.shift_lead' })).rejects.toMatchObject({
      code: 'role.in_use',
    })
    await expect(
      world.owner.do('role.create', { name: 'Odd', ...facts, permissions: ['no.such'] }),
    ).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(
      world.owner.do('agent.change_role', { agentId: ann.id as never, role: 'custom.nobody' }),
    ).rejects.toMatchObject({ code: 'role.not_found' })
  })

  test('a deleted role is never made again under its key', async () => {
    const first = await world.owner.do('role.create', { name: 'Night', ...facts })
    await world.owner.do('role.delete', { role: first.role })
    const second = await world.owner.do('role.create', { name: 'Night', ...facts })
    expect([first.role, second.role]).toEqual(['custom.night', 'custom.night_2'])
    expect((await world.owner.do('role.create', { name: '夜班', ...facts })).role).toBe('custom.role')
  })

  test('nobody makes, gives or touches a role that may more than they may', async () => {
    const { role } = await world.owner.do('role.create', {
      name: 'Seat keeper',
      ...facts,
      withheld: false,
      scope: 'all',
      permissions: [
        'team.view',
        'agent.change_role',
        'agent.reset_password',
        'agent.invite',
        'role.create',
        'role.update',
        'two_factor.reset',
      ],
    })
    const kim = await world.person('Kim', role as never)
    const refused = { code: 'agent.rank_too_low' }
    await expect(
      kim.do('agent.change_role', { agentId: kim.id as never, role: 'admin' }),
    ).rejects.toMatchObject(refused)
    await expect(kim.do('agent.reset_password', { agentId: adam.id as never })).rejects.toMatchObject(refused)
    await expect(
      kim.do('two_factor.reset', { agentId: world.owner.id as never, reasonText: 'x' }),
    ).rejects.toMatchObject(refused)
    await expect(
      kim.do('role.create', { name: 'More', ...facts, permissions: ['setting.change'] }),
    ).rejects.toMatchObject(refused)
    await expect(
      kim.do('role.update', {
        role,
        name: 'Seat keeper',
        ...facts,
        scope: 'all',
        permissions: ['setting.change'],
      }),
    ).rejects.toMatchObject(refused)
  })
})

describe('what differs from the role for one person', () => {
  test('a switch takes a permission away or gives it, and the entry says how it was', async () => {
    const talk = await world.conversation({ assignee: ann.id })
    await adam.do('agent.revoke', { agentId: ann.id as never, switch: 'transfer' })
    await expect(
      ann.do('conversation.transfer', {
        conversationId: talk.id as never,
        toDepartmentId: billing as never,
        reasonCode: 'skill',
      }),
    ).rejects.toMatchObject({ code: 'permission.denied' })
    expect(await last('agent.revoked')).toMatchObject({ data: { switch: 'transfer', from: null } })
    await adam.do('agent.grant', { agentId: ann.id as never, switch: 'transfer' })
    expect(await last('agent.granted')).toMatchObject({ data: { switch: 'transfer', from: false } })
    expect((await permissionsOf(ann)).has('conversation.transfer')).toBe(true)
    await expect(
      adam.do('agent.grant', { agentId: ann.id as never, switch: 'transfer' }),
    ).rejects.toMatchObject({ code: 'conversation.unchanged' })
    expect((await permissionsOf(ann)).has('broadcast.create')).toBe(false)
    await adam.do('agent.grant', { agentId: ann.id as never, switch: 'broadcast' })
    expect((await permissionsOf(ann)).has('broadcast.create')).toBe(true)
  })

  test('who may not reopen does not reopen, and may still do the rest', async () => {
    const talk = await world.conversation({ assignee: ann.id, status: 'resolved' })
    await adam.do('agent.revoke', { agentId: ann.id as never, switch: 'reopen' })
    const again = { conversationId: talk.id as never, status: 'in_progress' as const }
    await expect(ann.do('conversation.change_status', again)).rejects.toMatchObject({
      code: 'permission.denied',
    })
    await adam.do('agent.grant', { agentId: ann.id as never, switch: 'reopen' })
    await ann.do('conversation.change_status', again)
  })

  test('whoever serves some bots gets, sees and finds nothing of the others but what they did', async () => {
    const bea = await world.person('Bea', 'agent', [billing])
    const mine = await world.conversation({ name: 'Mine', department: billing })
    const other = await world.conversation({ name: 'Other', assignee: bea.id })
    await bea.do('message.send', { conversationId: other.id as never, text: 'said before' })
    await adam.do('agent.set_bots', { agentId: bea.id as never, botIds: [mine.botId as never] })
    expect(await last('agent.bots_set')).toMatchObject({
      data: { from: null, to: [mine.botId], conversationsRequeued: 1 },
    })
    expect(await last('conversation.assigned')).toMatchObject({
      data: { from: bea.id, to: null, cause: 'not_served' },
      conversationId: other.id,
    })
    expect((await bea.ask('conversation.list')).items.map(item => item.id)).toEqual([mine.id])
    await expect(bea.ask('conversation.get', { id: other.id as never })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
    await expect(
      bea.do('message.send', { conversationId: other.id as never, text: 'x' }),
    ).rejects.toMatchObject({ code: 'conversation.not_found' })
    // what she said stays hers to read; what others do there now is not
    expect((await bea.ask('log.search', { event: 'message.sent' })).items).toHaveLength(1)
    await world.owner.do('message.send', { conversationId: other.id as never, text: 'said after' })
    expect((await bea.ask('log.search', { event: 'message.sent' })).items).toHaveLength(1)
    await expect(
      adam.do('conversation.assign', { conversationId: other.id as never, agentId: bea.id as never }),
    ).rejects.toMatchObject({ code: 'agent.bot_not_served' })
    await expect(
      adam.do('conversation.transfer', {
        conversationId: other.id as never,
        toAgentId: bea.id as never,
        reasonCode: 'skill',
      }),
    ).rejects.toMatchObject({ code: 'agent.bot_not_served' })
  })

  test('a supervisor of some bots does not read the others’ history, and neither does a limited administrator', async () => {
    const one = await world.conversation({ assignee: ann.id, department: billing })
    const two = await world.conversation({ assignee: ann.id, department: billing })
    for (const talk of [one, two])
      await ann.do('message.send', { conversationId: talk.id as never, text: 'hi' })
    const seen = async (person: Person) =>
      (await person.ask('log.search', { event: 'message.sent', limit: 200 })).items.map(e => e.conversationId)
    expect(await seen(sue)).toEqual(expect.arrayContaining([one.id, two.id]))
    for (const person of [sue, adam]) {
      await world.owner.do('agent.set_bots', { agentId: person.id as never, botIds: [one.botId as never] })
      expect(await seen(person)).toContain(one.id)
      expect(await seen(person)).not.toContain(two.id)
      const scope = await scopeOf(world.node.databases.read, await person.caller())
      const row = { bot_id: two.botId, assignee_id: null, department_id: null }
      expect(seesConversation(scope, { ...row, offered_agent_id: null, offered_department_id: null })).toBe(
        false,
      )
      await world.owner.do('agent.set_bots', { agentId: person.id as never, botIds: null })
    }
  })

  test('the rules give only to who serves the bot, and to who takes conversations', async () => {
    const cara = await world.person('Cara', 'agent')
    const lead = await world.person('Lea', 'supervisor')
    const talk = await world.conversation({ name: 'Routed' })
    const elsewhere = await world.conversation({ name: 'Elsewhere', status: 'resolved' })
    await adam.do('agent.set_bots', { agentId: cara.id as never, botIds: [elsewhere.botId as never] })
    for (const person of [cara, lead]) await person.do('presence.change', { state: 'online' })
    const holder = async () =>
      (await world.owner.ask('conversation.get', { id: talk.id as never })).conversation.assignee?.id ?? null
    await world.node.keeper.route(world.workspaceId)
    expect(await holder()).toBeNull()
    await lead.do('agent.set_serving', { agentId: lead.id as never, serving: true })
    await world.node.keeper.route(world.workspaceId)
    expect(await holder()).toBe(lead.id)
    expect(await last('agent.serving_set')).toMatchObject({ data: { from: null, to: true } })
    await expect(
      ann.do('agent.set_serving', { agentId: ann.id as never, serving: false }),
    ).rejects.toMatchObject({ code: 'permission.denied' })
    for (const person of [cara, lead]) await person.do('presence.change', { state: 'offline' })
  })
})

describe('leaving', () => {
  test('signing out turns offline at once; the next browser brings back', async () => {
    const dan = await world.person('Dan')
    await world.node.hearFrom(await dan.caller())
    await dan.do('session.sign_out', {})
    expect(await last('presence.changed')).toMatchObject({
      subject: { id: dan.id },
      data: { from: 'online', to: 'offline', by: 'signed_out' },
    })
    const { token } = await signIn(dan)
    const again = await resolveSession(world.node.databases.read, token, FACTS)
    if (!again) throw new Error('no session')
    await world.node.hearFrom(again.caller)
    expect(await last('presence.changed')).toMatchObject({ data: { to: 'online', by: 'connected' } })
  })

  test('closing a seat ends its sessions, empties its hands and its desk', async () => {
    const eve = await world.person('Eve')
    const talk = await world.conversation({ assignee: eve.id })
    await eve.do('presence.change', { state: 'online' })
    await adam.do('agent.deactivate', { agentId: eve.id as never })
    await expect(eve.caller()).rejects.toThrow('has ended')
    expect(
      (await world.owner.ask('conversation.get', { id: talk.id as never })).conversation.assignee,
    ).toBeNull()
    expect(await last('presence.changed')).toMatchObject({
      subject: { id: eve.id },
      data: { to: 'offline', by: 'admin' },
    })
  })

  test('the offboarding report has what they held, did and may, and its entry has its SHA-256', async () => {
    const fred = await world.person('Fred', 'agent', [billing])
    const talk = await world.conversation({ assignee: fred.id })
    await fred.do('message.send', { conversationId: talk.id as never, text: 'one' })
    await world.settle()
    const { report, sha256, entryId } = await adam.do('agent.report_offboarding', {
      agentId: fred.id as never,
    })
    expect(report.held).toMatchObject({
      openConversations: 1,
      conversationsEver: 1,
      livingSessions: 1,
      departments: [{ name: 'Billing', lead: false }],
    })
    expect(report.did.byEvent).toContainEqual({ name: 'message.sent', count: 1 })
    expect(report.may.permissions).toEqual([...permissionsInForce(ROLE_PERMISSIONS.agent, {})].sort())
    expect(await last('agent.offboarding_reported')).toMatchObject({ id: entryId, data: { sha256 } })
  })

  test('an invitation can be taken back, and its link is worth nothing then', async () => {
    const { agent, invitation } = await adam.do('agent.invite', {
      name: 'Gus',
      email: 'gus@desk.example',
      role: 'agent',
      validDays: 2,
    })
    const listed = (await adam.ask('invitation.list')).items.find(one => one.agentId === agent.id)
    expect(listed?.expiresAt).toBe(invitation.expiresAt)
    expect(Date.parse(invitation.expiresAt) - Date.now()).toBeLessThan(2 * 86_400_000 + 1000)
    await adam.do('agent.revoke_invitation', { agentId: agent.id })
    await expect(
      open('agent.accept_invitation', { token: invitation.token, password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'invitation.not_valid' })
    expect((await adam.ask('invitation.list')).items.some(one => one.agentId === agent.id)).toBe(false)
    await expect(adam.do('agent.revoke_invitation', { agentId: agent.id })).rejects.toMatchObject({
      code: 'agent.not_invited',
    })
  })
})

describe('the second factor', () => {
  const codeOf = (secret: string, at = Date.now()) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at })

  test('is set up by a code, asked for from then on, and takes each code once', async () => {
    const hal = await world.person('Hal')
    const { secret, uri } = await hal.ask('two_factor.propose')
    expect(uri).toMatch(/^otpauth:\/\/totp\/Test%20desk:hal%40desk\.example\?/)
    await expect(hal.do('two_factor.enable', { secret, code: '000000' })).rejects.toMatchObject({
      code: 'session.wrong_code',
    })
    const { recoveryCodes } = await hal.do('two_factor.enable', { secret, code: codeOf(secret) })
    expect(new Set(recoveryCodes).size).toBe(10)
    await expect(signIn(hal)).rejects.toMatchObject({ code: 'session.code_required' })
    expect(await last('session.sign_in_failed')).toMatchObject({ data: { cause: 'code_missing' } })
    // the code that set it up is spent
    await expect(signIn(hal, { code: codeOf(secret) })).rejects.toMatchObject({ code: 'session.wrong_code' })
    const next = codeOf(secret, Date.now() + 30_000)
    await signIn(hal, { code: next })
    await expect(signIn(hal, { code: next })).rejects.toMatchObject({ code: 'session.wrong_code' })
    await signIn(hal, { code: recoveryCodes[0]?.toUpperCase() ?? '' })
    expect(await last('two_factor.recovery_code_used')).toMatchObject({ data: { left: 9 } })
    await expect(signIn(hal, { code: recoveryCodes[0] ?? '' })).rejects.toMatchObject({
      code: 'session.wrong_code',
    })
    expect(await hal.ask('two_factor.state')).toMatchObject({ codesLeft: 9, isRequired: false })
    const kept = await world.asSuperuser<{ sealed: Buffer }>('select sealed from agent_two_factor')
    expect(kept.map(row => row.sealed.toString('latin1')).join()).not.toContain(secret)
    // lost: an administrator takes it off with a reason, and every session ends
    await adam.do('two_factor.reset', { agentId: hal.id as never, reasonText: 'phone lost, seen in person' })
    expect(await last('two_factor.disabled')).toMatchObject({
      data: { by: 'reset', sessionsEnded: 3 },
      parts: { reasonText: { state: 'open', value: 'phone lost, seen in person' } },
    })
    await signIn(hal)
  })

  test('wrong codes close the seat like wrong passwords', async () => {
    const ida = await world.person('Ida')
    const { secret } = await ida.ask('two_factor.propose')
    await ida.do('two_factor.enable', { secret, code: codeOf(secret) })
    for (let i = 0; i < 5; i++)
      await expect(signIn(ida, { code: '123456' })).rejects.toMatchObject({ code: 'session.wrong_code' })
    await expect(signIn(ida, { code: codeOf(secret, Date.now() + 30_000) })).rejects.toMatchObject({
      code: 'session.locked',
    })
    expect(await last('agent.locked')).toMatchObject({
      subject: { id: ida.id },
      data: { failures: 5, seconds: 60 },
    })
  })

  test('whoever is signed in cannot guess either: wrong codes and passwords close the seat there as well', async () => {
    const uma = await world.person('Uma')
    const { secret } = await uma.ask('two_factor.propose')
    await uma.do('two_factor.enable', { secret, code: codeOf(secret) })
    const words = { current: 'not it at all', password: 'seven quiet otters' }
    for (let i = 0; i < 3; i++)
      await expect(uma.do('two_factor.renew_codes', { code: '123456' })).rejects.toMatchObject({
        code: 'session.wrong_code',
      })
    expect(await last('agent.check_failed')).toMatchObject({
      subject: { id: uma.id },
      data: { check: 'code', failures: 3 },
    })
    for (let i = 0; i < 2; i++)
      await expect(uma.do('agent.change_password', words)).rejects.toMatchObject({
        code: 'session.wrong_credentials',
      })
    expect(await last('agent.locked')).toMatchObject({ subject: { id: uma.id }, data: { failures: 5 } })
    const code = codeOf(secret, Date.now() + 30_000)
    for (const attempt of [
      () => uma.do('two_factor.renew_codes', { code }),
      () => uma.do('agent.change_password', { ...words, current: PASSWORD }),
      () => signIn(uma, { code }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'session.locked' })
  })

  test('asked of a role, it must be set up before anything else', async () => {
    const jon = await world.person('Jon', 'auditor')
    await world.owner.do('setting.change', { key: 'access.two_factor_roles', value: 'auditor' })
    await expect(jon.ask('log.search')).rejects.toMatchObject({ code: 'permission.denied' })
    expect(await jon.ask('session.me')).toMatchObject({ mustEnrol: true })
    const { secret } = await jon.ask('two_factor.propose')
    const code = codeOf(secret)
    await jon.do('two_factor.enable', { secret, code })
    await jon.ask('log.search')
    await expect(
      jon.do('two_factor.disable', { password: PASSWORD, code: codeOf(secret, Date.now() + 30_000) }),
    ).rejects.toMatchObject({ code: 'two_factor.required' })
    await world.owner.do('setting.change', { key: 'access.two_factor_roles', value: '' })
    await expect(
      world.owner.do('setting.change', { key: 'access.two_factor_roles', value: 'kings' }),
    ).rejects.toMatchObject({ code: 'setting.not_valid' })
    await jon.do('two_factor.disable', { password: PASSWORD, code: codeOf(secret, Date.now() + 30_000) })
    expect(await jon.ask('two_factor.state')).toMatchObject({ enabledAt: null, codesLeft: 0 })
  })
})

describe('passwords', () => {
  test('one’s own is changed with the old one; other sessions end', async () => {
    const lia = await world.person('Lia')
    const { token } = await signIn(lia)
    await expect(
      lia.do('agent.change_password', { current: 'not it at all', password: 'seven quiet otters' }),
    ).rejects.toMatchObject({ code: 'session.wrong_credentials' })
    await lia.do('agent.change_password', { current: PASSWORD, password: 'seven quiet otters' })
    expect(await resolveSession(world.node.databases.read, token, FACTS)).toBeNull()
    await lia.caller()
    await signIn(lia, { password: 'seven quiet otters' })
    expect(await last('agent.password_changed')).toMatchObject({ data: { sessionsEnded: 1 } })
  })

  test('what is tried first, names its owner, or is too short, is refused', async () => {
    const max = await world.person('Maxine')
    const change = (password: string) => max.do('agent.change_password', { current: PASSWORD, password })
    for (const common of [
      'Password123!',
      'P@ssw0rd2024',
      'qwertyuiop12',
      '1234567890',
      'aaaaaaaaaaaa',
      'iloveyou!!2025',
      'adminadmin1',
      'abcabcabcabc',
    ])
      await expect(change(common), common).rejects.toMatchObject({ code: 'password.too_common' })
    await expect(change('maxine and the cat')).rejects.toMatchObject({ code: 'password.names_owner' })
    await world.owner.do('setting.change', { key: 'access.password_min_length', value: 16 })
    await expect(change('violet-tram-9')).rejects.toMatchObject({ code: 'password.too_short' })
    await world.owner.do('setting.change', { key: 'access.password_min_length', value: 10 })
    await change('violet-tram-9')
  })
})

describe('tokens for programs', () => {
  test('have a role, at most its permissions, and say when they were last used', async () => {
    const { apiToken } = await adam.do('api_token.create', {
      name: 'Reports',
      role: 'auditor',
      permissions: ['log.view', 'setting.change', 'message.send'],
    })
    const caller = await resolveApiToken(world.node.databases.read, apiToken.token, FACTS)
    expect([...(caller?.permissions ?? [])]).toEqual(['log.view'])
    expect(caller?.actor.kind).toBe('api_token')
    expect(caller?.standing).toMatchObject({ scope: 'all', withheld: true })
    expect(await last('api_token.created')).toMatchObject({
      data: { permissionCount: 1 },
      parts: { permissions: { state: 'open', value: 'log.view' } },
    })
    expect((await adam.ask('api_token.list')).items.find(one => one.id === apiToken.id)).toMatchObject({
      permissions: ['log.view'],
      lastUsedAt: null,
      createdBy: adam.id,
    })
  })
})

describe('reviewing access', () => {
  test('shows since when by which entry, marks as looked over, and says what changed since', async () => {
    const row = async () => (await adam.ask('access.review')).items.find(one => one.id === sue.id)
    await world.settle()
    const before = await row()
    expect(before?.lastChange?.event).toBe('agent.bots_set')
    expect(before?.lastSignInAt).not.toBeNull()
    expect(before?.departments).toEqual([{ name: 'Billing', lead: true }])
    await adam.do('access.mark_reviewed', { agentIds: [sue.id as never], text: 'quarterly' })
    expect(await row()).toMatchObject({ reviewed: { by: adam.id }, changedSince: false })
    expect(await last('access.reviewed')).toMatchObject({
      subject: { id: sue.id },
      data: { role: 'supervisor', twoFactor: false },
      parts: { text: { state: 'open', value: 'quarterly' } },
    })
    await adam.do('agent.revoke', { agentId: sue.id as never, switch: 'delete_note' })
    await world.settle()
    expect(await row()).toMatchObject({ changedSince: true, lastChange: { event: 'agent.revoked' } })
  })

  test('sign-ins: one’s own, failed attempts by others included; everybody’s for who reviews access', async () => {
    await expect(signIn(ann, { password: 'not hers at all' })).rejects.toMatchObject({
      code: 'session.wrong_credentials',
    })
    const own = await ann.ask('session.history')
    expect(own.items[0]).toMatchObject({
      event: 'session.sign_in_failed',
      parts: { ip: { value: '192.0.2.9' } },
    })
    expect(own.items.some(entry => entry.actor.id === sue.id)).toBe(false)
    await expect(ann.ask('session.history', { agentId: sue.id as never })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    await expect(ann.ask('session.history', { all: 'true' as never })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    expect((await adam.ask('session.history', { agentId: ann.id as never })).items[0]?.event).toBe(
      'session.sign_in_failed',
    )
    const sessions = await adam.ask('session.list', { agentId: ann.id as never })
    expect(sessions.items[0]).toMatchObject({ ip: '192.0.2.1', userAgent: 'vitest', method: 'invitation' })
    await expect(ann.ask('session.list', { agentId: adam.id as never })).rejects.toMatchObject({
      code: 'permission.denied',
    })
  })
})
