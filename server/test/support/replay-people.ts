import { facts, openPart, type Projection } from './replay-values.ts'

const DESK = { presence: 'offline', reason: null, capacity: null, languages: [], serves: null }

/** How people, what they may, and their ways in follow from entries. */
export const PEOPLE: readonly Projection[] = [
  {
    table: 'agent',
    sql: 'select agent_id as id, name, role, state, bots::text[] as bots from agent',
    step: (rows, entry) => {
      const { event, subject, data } = entry
      const id = subject.id ?? ''
      const change = (next: object) => rows.set(id, { ...rows.get(id), ...next })
      if (event === 'agent.invited')
        rows.set(id, { name: openPart(entry, 'name'), role: data.role, state: 'invited', bots: null })
      if (event === 'agent.joined') change({ state: 'active' })
      if (event === 'agent.role_changed') change({ role: data.to })
      if (event === 'agent.bots_set') change({ bots: data.to })
      if (event === 'agent.deactivated' || event === 'agent.invitation_revoked')
        change({ state: 'deactivated' })
      if (event === 'agent.reactivated') change({ state: 'active' })
    },
  },
  {
    table: 'role',
    sql: `select role as id, name, scope, withheld, takes_conversations as "takesConversations", deleted_at is not null as deleted,
      array_to_string(permissions, E'\\n') as permissions from role`,
    step: (rows, entry) => {
      const { event, subject, data } = entry
      const id = subject.id ?? ''
      const permissions = openPart(entry, 'permissions')
      if (event === 'role.created') rows.set(id, { ...facts(data.role), permissions, deleted: false })
      if (event === 'role.updated') rows.set(id, { ...facts(data.to), permissions, deleted: false })
      if (event === 'role.deleted') rows.set(id, { ...rows.get(id), deleted: true })
    },
  },
  {
    table: 'agent_switch',
    sql: "select agent_id || ' ' || switch as id, granted from agent_switch",
    step: (rows, { event, subject, data }) => {
      const id = `${subject.id} ${data.switch}`
      if (event === 'agent.granted') rows.set(id, { granted: true })
      if (event === 'agent.revoked') rows.set(id, { granted: false })
    },
  },
  {
    table: 'agent_desk',
    sql: 'select agent_id as id, presence, reason_code as reason, capacity, languages, serves from agent_desk',
    step: (rows, { event, subject, data, reason }) => {
      const id = subject.id ?? ''
      const change = (next: object) => rows.set(id, { ...DESK, ...rows.get(id), ...next })
      if (event === 'presence.changed') change({ presence: data.to, reason: reason?.code ?? null })
      if (event === 'agent.desk_changed') change(facts(data.to))
      if (event === 'agent.serving_set') change({ serves: data.to })
    },
  },
  {
    table: 'department',
    sql: 'select department_id as id, name, deleted_at is not null as deleted from department',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      if (event === 'department.created') rows.set(id, { name: data.name, deleted: false })
      if (event === 'department.renamed') rows.set(id, { name: data.to, deleted: false })
      if (event === 'department.deleted') rows.set(id, { name: data.name, deleted: true })
    },
  },
  {
    table: 'department_member',
    sql: "select department_id || ' ' || agent_id as id, lead from department_member",
    step: (rows, { event, subject, data }) => {
      const id = `${subject.id} ${data.agentId}`
      if (event === 'department.member_added') rows.set(id, { lead: false })
      if (event === 'department.lead_set') rows.set(id, { lead: data.to })
      if (event === 'department.member_removed') rows.delete(id)
    },
  },
  {
    table: 'session',
    sql: 'select session_id as id, agent_id as agent, method from session where ended_at is null',
    step: (rows, { event, subject, data, actor }) => {
      const id = subject.id ?? ''
      if (event === 'session.signed_in') rows.set(id, { agent: actor.id, method: data.method })
      if (event === 'session.signed_out' || event === 'session.revoked') rows.delete(id)
    },
  },
  {
    table: 'impersonation',
    sql: 'select impersonation_id as id, agent_id as agent, in_name_of as "inNameOf", ended_at is null as open from impersonation',
    step: (rows, { event, subject, data, actor }) => {
      const id = String(data.impersonationId)
      if (event === 'impersonation.started')
        rows.set(id, { agent: actor.id, inNameOf: subject.id, open: true })
      if (event === 'impersonation.ended') rows.set(id, { ...rows.get(id), open: false })
    },
  },
  {
    table: 'agent_two_factor',
    sql: 'select agent_id as id from agent_two_factor',
    step: (rows, { event, subject }) => {
      if (event === 'two_factor.enabled') rows.set(subject.id ?? '', {})
      if (event === 'two_factor.disabled') rows.delete(subject.id ?? '')
    },
  },
  {
    table: 'recovery_code',
    sql: 'select agent_id as id, count(*)::int as unused from recovery_code where used_at is null group by 1',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      if (event === 'two_factor.enabled' || event === 'two_factor.codes_renewed')
        rows.set(id, { unused: data.recoveryCodes })
      if (event === 'two_factor.recovery_code_used') rows.set(id, { unused: data.left })
      if (event === 'two_factor.disabled') rows.delete(id)
    },
  },
  {
    table: 'api_token',
    sql: 'select api_token_id as id, name, role, revoked_at is not null as revoked from api_token',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      if (event === 'api_token.created') rows.set(id, { name: data.name, role: data.role, revoked: false })
      if (event === 'api_token.revoked') rows.set(id, { ...rows.get(id), revoked: true })
    },
  },
  {
    table: 'access_review',
    sql: 'select agent_id as id, reviewed_by as by, entry_id as entry from access_review',
    step: (rows, { event, id: entry, subject, actor }) => {
      if (event === 'access.reviewed') rows.set(subject.id ?? '', { by: actor.id, entry })
    },
  },
  {
    table: 'agent_bell',
    sql: `select agent_id as id, to_char(seen_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as seen from agent_bell`,
    step: (rows, { event, subject, data }) => {
      if (event === 'note.mentions_seen') rows.set(subject.id ?? '', { seen: data.to })
    },
  },
  {
    table: 'agent_telegram',
    sql: `select agent_id as id, bot_id as bot, chat_id is not null as linked, on_assigned as "onAssigned", on_waiting as "onWaiting",
      waiting_minutes as "waitingMinutes", quiet_when_online as "quietWhenOnline" from agent_telegram`,
    step: (rows, { event, subject, data, botId }) => {
      const id = subject.id ?? ''
      const choice = { onAssigned: true, onWaiting: true, waitingMinutes: 5, quietWhenOnline: true }
      if (event === 'notification.link_offered')
        rows.set(id, { ...choice, ...rows.get(id), bot: botId, linked: false })
      if (event === 'notification.linked') rows.set(id, { ...rows.get(id), linked: true })
      if (event === 'notification.configured') rows.set(id, { ...rows.get(id), ...facts(data.to) })
      if (event === 'notification.unlinked') rows.delete(id)
    },
  },
  {
    table: 'oidc_provider',
    sql: 'select \'oidc\' as id, issuer, client_id as "clientId", label from oidc_provider',
    step: (rows, { event, data }) => {
      const { issuer, clientId, label } = facts(data.to ?? {})
      if (event === 'oidc.configured') rows.set('oidc', { issuer, clientId, label })
      if (event === 'oidc.removed') rows.delete('oidc')
    },
  },
  {
    table: 'setting',
    sql: "select key as id, value #>> '{}' as value from setting",
    step: (rows, { event, data }) => {
      if (event === 'setting.changed') rows.set(String(data.key), { value: String(data.to) })
    },
  },
]
