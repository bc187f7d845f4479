import { useQuery } from '@tanstack/react-query'
import { useWords } from '../i18n/index.ts'
import { queryOf } from './queries.ts'
import { useMay } from './session.ts'

/** Names a role: a built-in one in the reader's language, one of the workspace's own as it is called now. */
export function useRoleName(): (role: string) => string {
  const words = useWords()
  const may = useMay()
  const roles = useQuery({ ...queryOf('role.list', {}), enabled: may('team.view') })
  return role =>
    roles.data?.items.find(one => one.role === role)?.name ??
    words(`role.${role}`, role.replace(/^custom[.]/, ''))
}
