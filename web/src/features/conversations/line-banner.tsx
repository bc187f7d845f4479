import { useQuery } from '@tanstack/react-query'
import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import classes from './handover.module.css'

/** How a line does is no news for agents' sockets: whoever has a conversation open looks from time to time. */
const LOOK_MS = 15_000

/** Says that a conversation's bot has no line to Telegram, or takes no messages of groups, and what follows from that. */
export function LineBanner({ bot: { id }, inGroup }: Pick<Conversation, 'bot' | 'inGroup'>) {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view'), refetchInterval: LOOK_MS })
  const bot = bots.data?.items.find(each => each.id === id)
  if (!bot) return null
  const words = [
    bot.state === 'disconnected' && t('handover.lineOff'),
    bot.state === 'connected' &&
      bot.health.state === 'lost' &&
      t('handover.lineLost', { at: format.exact(bot.health.since ?? bot.connectedAt) }),
    bot.state === 'connected' && inGroup && !bot.groups && t('handover.groupsOff'),
  ].filter(each => each !== false)
  return words.map(each => (
    <div key={each} className={classes.banner} role="status">
      <p>{each}</p>
    </div>
  ))
}
