import { z } from 'zod'

export const Role = z.enum(['owner', 'admin', 'supervisor', 'agent', 'auditor'])
export type Role = z.infer<typeof Role>

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
] as const

const AGENT = [
  'conversation.view',
  'team.view',
  'label.view',
  'bot.view',
  'log.view',
  'ledger.view',
  'session.sign_out',
  'session.revoke',
  'message.send',
  'message.retry',
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
  'presence.change',
] as const
const SUPERVISOR = [
  ...AGENT,
  'desk.board',
  'agent.change_desk',
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
] as const
const ADMIN = [
  ...SUPERVISOR,
  'setting.view',
  'agent.invite',
  'agent.change_role',
  'agent.deactivate',
  'agent.reactivate',
  'agent.reset_password',
  'department.create',
  'department.add_member',
  'department.remove_member',
  'department.set_lead',
  'bot.connect',
  'bot.rotate_token',
  'bot.disconnect',
  'bot.set_routing',
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
  'evidence.bundle',
  'ledger.rotate_key',
  'hold.view',
  'hold.place',
  'hold.release',
] as const
const AUDITOR = [...READS, 'session.sign_out', 'session.revoke', 'ledger.verify', 'evidence.bundle'] as const

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
