import { useSuspenseQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { meQuery } from './queries.ts'

export type Me = QueryOutput<'session.me'>

/** Who is signed in. Only below the signed-in shell, which has loaded it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** Whether the signed-in agent may run a command or read (the server decides; this only hides what would be refused). */
export function useMay(): (permission: string) => boolean {
  const me = useMe()
  return permission => me.permissions.includes(permission)
}
