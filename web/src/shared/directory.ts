import { useQuery } from '@tanstack/react-query'
import { queryOf } from './queries.ts'
import { useMay } from './session.ts'

/**
 * Names of today for the ids that entries carry in their facts. `null` for what is not (or no longer) known; people
 * named as they were then come with the entry itself.
 */
export function useDirectory() {
  const may = useMay()
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  const departments = useQuery({
    ...queryOf('department.list', { deleted: 'with' }),
    enabled: may('team.view'),
  })
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view') })
  return {
    agent: (id: string) => agents.data?.items.find(agent => agent.id === id)?.name ?? null,
    department: (id: string) =>
      departments.data?.items.find(department => department.id === id)?.name ?? null,
    bot: (id: string) => bots.data?.items.find(bot => bot.id === id) ?? null,
  }
}
