import { Switch } from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

/** Whether messages from the groups a bot is in come into the desk. */
export function BotGroups({ bot }: { bot: Bot }) {
  const t = useT()
  const may = useMay()
  const change = useCommand('bot.set_groups', { changes: [['bot.list']] })
  if (!may('bot.set_groups'))
    return bot.groups ? <p className={classes.groups}>{t('media.takesGroups')}</p> : null
  return (
    <Switch
      size="xs"
      mt="xs"
      label={t('media.groups')}
      checked={bot.groups}
      disabled={change.isPending}
      onChange={event => change.mutate({ botId: bot.id, enabled: event.currentTarget.checked })}
    />
  )
}
