import type { QueryOutput } from '@tracedesk/contracts'

export type Agent = QueryOutput<'agent.list'>['items'][number]
export type Department = QueryOutput<'department.list'>['items'][number]
export type RoleItem = QueryOutput<'role.list'>['items'][number]
