import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

type Routing = QueryOutput<'bot.routing'>['items'][number]
const MODES: Routing['mode'][] = ['online_first', 'round_robin', 'least_busy', 'language', 'sticky', 'manual']

/** How this bot's conversations find somebody; each choice is saved and recorded at once. */
export function BotRouting({ bot }: { bot: Bot }) {
  const t = useT()
  const may = useMay()
  const routing = useQuery(queryOf('bot.routing', {}))
  const departments = useQuery({ ...queryOf('department.list', {}), enabled: may('team.view') })
  const change = useCommand('bot.set_routing', { changes: [['bot.routing']] })
  const own = routing.data?.items.find(({ botId }) => botId === bot.id)
  if (!own) return null
  const isFixed = change.isPending
  const places = (departments.data?.items ?? []).map(({ id, name }) => ({ value: id as string, label: name }))
  const idOf = (value: string | null) => departments.data?.items.find(({ id }) => id === value)?.id ?? null
  if (!may('bot.set_routing')) {
    const nameOf = (id: string | null) => places.find(({ value }) => value === id)?.label
    return (
      <dl className={classes.standing}>
        <dt>{t('bots.routing.mode')}</dt>
        <dd>{t(`value.${own.mode}`)}</dd>
        <dt>{t('bots.routing.department')}</dt>
        <dd>{nameOf(own.departmentId) ?? t('bots.routing.everybody')}</dd>
        <dt>{t('bots.routing.fallback')}</dt>
        <dd>{nameOf(own.fallbackDepartmentId) ?? t('settings.none')}</dd>
      </dl>
    )
  }
  return (
    <div className={classes.routing}>
      <Select
        size="xs"
        label={t('bots.routing.mode')}
        allowDeselect={false}
        disabled={isFixed}
        value={own.mode}
        data={MODES.map(value => ({ value, label: t(`value.${value}`) }))}
        onChange={value => change.mutate({ ...own, mode: MODES.find(each => each === value) ?? own.mode })}
      />
      <Select
        size="xs"
        label={t('bots.routing.department')}
        placeholder={t('bots.routing.everybody')}
        clearable
        clearButtonProps={{ 'aria-label': t('bots.routing.everybody') }}
        disabled={isFixed}
        value={own.departmentId}
        data={places}
        onChange={value => change.mutate({ ...own, departmentId: idOf(value) })}
      />
      <Select
        size="xs"
        label={t('bots.routing.fallback')}
        placeholder={t('settings.none')}
        clearable
        clearButtonProps={{ 'aria-label': t('settings.none') }}
        disabled={isFixed}
        value={own.fallbackDepartmentId}
        data={places}
        onChange={value => change.mutate({ ...own, fallbackDepartmentId: idOf(value) })}
      />
    </div>
  )
}
