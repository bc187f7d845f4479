import { useQuery } from '@tanstack/react-query'
import { useT, useWords } from '../i18n/index.ts'
import { queryOf } from './queries.ts'
import { useMay } from './session.ts'

export interface Choice {
  value: string
  label: string
}

/** Everybody who has or had a seat, by name. */
export function useAgentChoices(): Choice[] {
  const may = useMay()
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  return (agents.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

/** Departments, also those that were taken away: the log still has what was done in them. */
export function useDepartmentChoices(): Choice[] {
  const t = useT()
  const may = useMay()
  const departments = useQuery({
    ...queryOf('department.list', { deleted: 'with' }),
    enabled: may('team.view'),
  })
  return (departments.data?.items ?? []).map(({ id, name, deletedAt }) => ({
    value: id,
    label: deletedAt ? t('log.deletedDepartment', { name }) : name,
  }))
}

/** Bots that are or were connected. */
export function useBotChoices(): Choice[] {
  const may = useMay()
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view') })
  return (bots.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

/** The catalogue by area: a whole area first, then each of its events. */
export function useEventChoices(): { group: string; items: Choice[] }[] {
  const t = useT()
  const words = useWords()
  const catalogue = useQuery(queryOf('log.catalogue', {}))
  const areas = Map.groupBy(catalogue.data?.items ?? [], event => event.area)
  return [...areas].map(([area, events]) => {
    const name = words(`area.${area}`, area)
    return {
      group: name,
      items: [
        { value: `${area}.*`, label: t('log.wholeArea', { area: name }) },
        ...events.map(event => ({ value: event.name, label: words(`eventName.${event.name}`, event.name) })),
      ],
    }
  })
}

/** Things of the workspace that entries can be about and that have a name, by kind. */
export function useSubjectChoices(): { group: string; items: Choice[] }[] {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const [agents, departments, bots] = [useAgentChoices(), useDepartmentChoices(), useBotChoices()]
  const labels = useQuery({ ...queryOf('label.list', {}), enabled: may('label.view') })
  const fields = useQuery({ ...queryOf('field.list', {}), enabled: may('conversation.view') })
  const replies = useQuery({ ...queryOf('canned_reply.list', {}), enabled: may('canned_reply.view') })
  const settings = useQuery({ ...queryOf('setting.list', {}), enabled: may('setting.view') })
  return [
    { group: t('area.agent'), items: agents },
    { group: t('area.department'), items: departments },
    { group: t('area.bot'), items: bots },
    {
      group: t('area.label'),
      items: (labels.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    },
    {
      group: t('area.field'),
      items: (fields.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    },
    {
      group: t('area.canned_reply'),
      items: (replies.data?.items ?? []).map(({ id, title }) => ({ value: String(id), label: title })),
    },
    {
      group: t('area.setting'),
      items: (settings.data?.items ?? []).map(({ key }) => ({
        value: key,
        label: words(`settings.key.${key}`, key),
      })),
    },
  ].filter(({ items }) => items.length > 0)
}
