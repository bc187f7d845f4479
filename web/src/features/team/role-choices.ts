import { useQuery } from '@tanstack/react-query'
import { queryOf } from '../../shared/queries.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMe } from '../../shared/session.ts'

/** The roles one may give, highest first: none above one's own. The server judges more closely. */
export function useRoleChoices(): { value: string; label: string }[] {
  const me = useMe()
  const nameOf = useRoleName()
  const roles = useQuery(queryOf('role.list', {}))
  return (roles.data?.items ?? [])
    .filter(role => role.rank <= me.rank)
    .sort((a, b) => b.rank - a.rank)
    .map(({ role }) => ({ value: role as string, label: nameOf(role) }))
}
