import { z } from 'zod'

export const Role = z.enum(['owner', 'admin', 'supervisor', 'agent', 'auditor'])
export type Role = z.infer<typeof Role>

/** A role a workspace made of the same permissions: its key stands in entries for ever, whatever its name becomes. */
const CustomRole = z.templateLiteral(['custom.', z.string().regex(/^[a-z0-9_]{1,32}$/)])
/** What a seat or a token can have: a built-in role or a workspace's own. */
export const RoleKey = z.union([Role, CustomRole])
export type RoleKey = z.infer<typeof RoleKey>
/** Whose work a role sees: one's own, that of departments led, everything. */
export const RoleScope = z.enum(['own', 'departments', 'all'])
export type RoleScope = z.infer<typeof RoleScope>

/** What everybody with a seat may do about their own access. No role is without it. */
export const OWN_ACCESS = [
  'session.sign_out',
  'session.revoke',
  'impersonation.end',
  'agent.change_password',
  'two_factor.enable',
  'two_factor.disable',
  'two_factor.renew_codes',
  'notification.link',
  'notification.unlink',
  'notification.configure',
] as const

/** What each read needs. Commands need the permission of their own name (DESIGN: command = permission). */
const READS = [
  'conversation.view',
  'team.view',
  'bot.view',
  'label.view',
  'setting.view',
  'moderation.view',
  'canned_reply.view',
  'log.view',
  'ledger.view',
  'desk.board',
  'hold.view',
  'alert.view',
  'dispute.view',
  'access.review',
  'privacy.view',
  'retention.view',
  'archive.view',
  'stream.view',
] as const

/** Whoever reads the log may keep what they look for under a name, auditors too: nothing but a name and a filter. */
const LOG_VIEWS = ['log_view.create', 'log_view.update', 'log_view.delete'] as const

const AGENT = [
  'conversation.view',
  'team.view',
  'label.view',
  'bot.view',
  'log.view',
  'ledger.view',
  ...OWN_ACCESS,
  'message.send',
  'message.retry',
  'message.edit',
  'message.recall',
  'message.react',
  'file.discard',
  'moderation.cancel',
  'canned_reply.view',
  'note.edit',
  'customer.update_profile',
  'customer.set_field',
  'customer.block',
  'customer.unblock',
  'note.delete',
  'conversation.assign',
  'conversation.change_status',
  'conversation.reopen',
  'note.add',
  'customer.add_label',
  'customer.remove_label',
  'conversation.transfer',
  'conversation.accept',
  'conversation.decline',
  'conversation.snooze',
  'conversation.set_priority',
  'conversation.pin',
  'conversation.unpin',
  'conversation.merge',
  'inbox_view.create',
  'inbox_view.change',
  'inbox_view.delete',
  ...LOG_VIEWS,
  'presence.change',
  'dispute.view',
  'dispute.annotate',
] as const
const SUPERVISOR = [
  ...AGENT,
  'alert.view',
  'alert.acknowledge',
  'archive.view',
  'desk.board',
  'agent.change_desk',
  'agent.set_serving',
  'label.create',
  'moderation.view',
  'label.rename',
  'label.change_colour',
  'label.delete',
  'label_set.create',
  'label_set.change',
  'label_set.delete',
  'inbox_view.share',
  'customer.merge',
  'canned_reply.create',
  'canned_reply.update',
  'canned_reply.delete',
  'dispute.open',
  'dispute.add_participant',
  'dispute.remove_participant',
  'dispute.add_entry',
  'dispute.check_claim',
  'dispute.decide',
  'dispute.close',
  'dispute.bundle',
] as const
const ADMIN = [
  ...SUPERVISOR,
  'setting.view',
  'agent.invite',
  'agent.change_role',
  'agent.deactivate',
  'agent.reactivate',
  'agent.reset_password',
  'agent.grant',
  'agent.revoke',
  'agent.set_bots',
  'agent.revoke_invitation',
  'agent.report_offboarding',
  'oidc.configure',
  'oidc.remove',
  'role.create',
  'role.update',
  'role.delete',
  'two_factor.reset',
  'impersonation.start',
  'access.review',
  'access.mark_reviewed',
  'department.create',
  'department.update',
  'department.delete',
  'department.add_member',
  'department.remove_member',
  'department.set_lead',
  'bot.connect',
  'bot.rotate_token',
  'bot.disconnect',
  'bot.set_commands',
  'bot.set_profile',
  'bot.set_routing',
  'bot.set_groups',
  'setting.change',
  'field.define',
  'field.change',
  'field.delete',
  'phrase_group.create',
  'phrase_group.update',
  'phrase_group.delete',
  'wallet.allow',
  'wallet.disallow',
  'api_token.create',
  'api_token.revoke',
  'import.run',
  'ledger.verify',
  'ledger.acknowledge_finding',
  'evidence.bundle',
  'ledger.rotate_key',
  'hold.view',
  'hold.place',
  'log.reveal',
  'log.decide_reveal',
  'hold.release',
  'privacy.view',
  'privacy.open_request',
  'privacy.close_request',
  'privacy.export_subject',
  'privacy.rectify',
  'privacy.restrict',
  'privacy.lift_restriction',
  'privacy.request_erasure',
  'privacy.erase_subject',
  'consent.give',
  'consent.withdraw',
  'export.request',
  'export.cancel',
  'export.schedule',
  'export.unschedule',
  'retention.view',
  'retention.set_rule',
  'retention.delete_rule',
  'retention.request',
  'retention.approve',
  'retention.decline',
  'retention.stop',
  'archive.set_policy',
  'archive.request',
  'archive.stop',
  'archive.resume',
  'archive.verify',
  'stream.view',
  'stream.create',
  'stream.update',
  'stream.delete',
  'stream.pause',
  'stream.resume',
  'stream.rotate_secret',
  'stream.test',
  'stream.replay',
  'stream.retry_letters',
  'stream.discard_letters',
] as const
const AUDITOR = [
  ...LOG_VIEWS,
  'log.reveal',
  ...READS,
  ...OWN_ACCESS,
  'ledger.verify',
  'evidence.bundle',
  'archive.verify',
] as const

/** Everything a role can be made of. */
export const PERMISSIONS: readonly string[] = [...new Set<string>([...ADMIN, ...READS])]

export type Permission = (typeof ADMIN)[number] | (typeof READS)[number]

/** The permissions of each built-in role. Owner and admin differ in who may change whom, not in what. */
export const ROLE_PERMISSIONS: Record<Role, ReadonlySet<string>> = {
  owner: new Set<Permission>(ADMIN),
  admin: new Set<Permission>(ADMIN),
  supervisor: new Set<Permission>(SUPERVISOR),
  agent: new Set<Permission>(AGENT),
  auditor: new Set<Permission>(AUDITOR),
}

/** Rank for "who may change whom": nobody may give or take a rank above their own. */
export const ROLE_RANK: Record<Role, number> = { owner: 4, admin: 3, supervisor: 2, auditor: 1, agent: 1 }

/** The rank of a role a workspace made: as high as the lowest built-in one that may all of it and sees as far. */
export function rankOf(permissions: Iterable<string>, scope: RoleScope): number {
  const all = [...permissions]
  if (scope === 'all' || all.some(name => !ROLE_PERMISSIONS.supervisor.has(name)))
    return all.every(name => ROLE_PERMISSIONS.auditor.has(name)) ? ROLE_RANK.auditor : ROLE_RANK.admin
  return scope === 'departments' || all.some(name => !ROLE_PERMISSIONS.agent.has(name))
    ? ROLE_RANK.supervisor
    : ROLE_RANK.agent
}

/** What can be given to or taken from one person, whatever their role says: the switch and what it stands for. */
export const SWITCHES = {
  transfer: ['conversation.transfer'],
  recall: ['message.recall'],
  delete_note: ['note.delete'],
  reopen: ['conversation.reopen'],
  broadcast: ['broadcast.create', 'broadcast.start', 'broadcast.pause', 'broadcast.cancel'],
  translate: ['translation.perform'],
} as const satisfies Record<string, readonly string[]>
export const Switch = z.enum(['transfer', 'recall', 'delete_note', 'reopen', 'broadcast', 'translate'])
export type Switch = z.infer<typeof Switch>

/** The permissions in force: those of the role, with what was given to and taken from this person. */
export function permissionsInForce(
  role: Iterable<string>,
  switches: Readonly<Partial<Record<Switch, boolean>>>,
): Set<string> {
  const result = new Set([...role, ...OWN_ACCESS])
  for (const name of Switch.options)
    for (const permission of switches[name] === undefined ? [] : SWITCHES[name])
      if (switches[name]) result.add(permission)
      else result.delete(permission)
  return result
}
