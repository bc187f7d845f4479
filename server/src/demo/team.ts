import type { Role } from '@tracedesk/contracts'
import type { DeskClient } from './desk-client.ts'

/** Every seat of the demo has this password; the demo listens on this machine only. */
export const DEMO_PASSWORD = 'tracedesk demo'

export interface Seat {
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly departments: readonly string[]
  readonly leads?: boolean
  /** Works by itself: answers customers like a colleague. */
  readonly scripted?: boolean
}

export const OWNER: Seat = { name: 'Olga Petrova', email: 'owner@demo.local', role: 'owner', departments: [] }

export const SEATS: readonly Seat[] = [
  { name: 'Adam Novak', email: 'admin@demo.local', role: 'admin', departments: [] },
  {
    name: 'Sofia Rossi',
    email: 'supervisor@demo.local',
    role: 'supervisor',
    departments: ['Orders'],
    leads: true,
  },
  { name: 'Maya Chen', email: 'agent@demo.local', role: 'agent', departments: ['Orders'] },
  { name: 'Omar Haddad', email: 'omar@demo.local', role: 'agent', departments: ['Orders'], scripted: true },
  { name: '李娜', email: 'lina@demo.local', role: 'agent', departments: ['Billing'], scripted: true },
  { name: 'Ivan Smirnov', email: 'ivan@demo.local', role: 'agent', departments: ['Billing'] },
  { name: 'Ruth Auer', email: 'auditor@demo.local', role: 'auditor', departments: [] },
]

const DEPARTMENTS = ['Orders', 'Billing'] as const
const LABELS = [
  ['VIP', '#7c3aed'],
  ['Refund', '#dc2626'],
  ['Delivery', '#0891b2'],
  ['Follow up', '#ca8a04'],
] as const

/** Fills a fresh workspace with departments, people and labels. Does nothing when the people are there already. */
export async function createTeam(owner: DeskClient): Promise<void> {
  if ((await owner.ask('agent.list', {})).items.length > 1) return
  const departments = new Map<string, string>()
  for (const name of DEPARTMENTS)
    departments.set(name, (await owner.do('department.create', { name })).department.id)
  for (const seat of SEATS) {
    const departmentIds = seat.departments.map(name => departments.get(name) ?? '')
    const { agent, invitation } = await owner.do('agent.invite', {
      name: seat.name,
      email: seat.email,
      role: seat.role,
      departmentIds,
    })
    await owner.do('agent.accept_invitation', { token: invitation.token, password: DEMO_PASSWORD })
    if (seat.leads)
      for (const departmentId of departmentIds)
        await owner.do('department.set_lead', { departmentId, agentId: agent.id, lead: true })
  }
  for (const [name, colour] of LABELS) await owner.do('label.create', { name, colour })
}
