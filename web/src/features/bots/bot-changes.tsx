import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { Time } from '../../shared/ui/time.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

type Change = QueryOutput<'bot.changes'>['items'][number]
const ICONS = {
  queued: IconClock,
  accepted: IconCheck,
  refused: IconAlertTriangle,
  unreachable: IconAlertTriangle,
}

/** What was last set for a bot, and what Telegram said to each. */
export function BotChanges({ bot }: { bot: Bot }) {
  const t = useT()
  const changes = useQuery(queryOf('bot.changes', { botId: bot.id }))
  if (changes.isError && !changes.data) return <Failure error={changes.error} />
  if (!changes.data?.items.length) return null
  return (
    <section>
      <h3>{t('bots.profile.changes')}</h3>
      <ul className={classes.changes}>
        {changes.data.items.map(change => (
          <ChangeRow key={change.id} change={change} />
        ))}
      </ul>
    </section>
  )
}

function ChangeRow({ change }: { change: Change }) {
  const t = useT()
  const { kind, scope, language, state, errorCode, description } = change
  const Icon = ICONS[state]
  const about = [t(`value.${kind}`), scope && t(`value.${scope}`), language].filter(Boolean).join(' · ')
  return (
    <li data-state={state}>
      <Icon size={14} aria-hidden />
      <span>
        <b>{about}</b>
        {': '}
        {t(`bots.profile.state.${state}`, { code: errorCode ?? '', description: description ?? '' })}
      </span>
      <Time at={change.at} show="exact" />
    </li>
  )
}
