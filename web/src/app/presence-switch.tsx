import { Menu } from '@mantine/core'
import { IconCheck, IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useT } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay, useMe } from '../shared/session.ts'
import { PresenceDot } from '../shared/ui/presence-dot.tsx'
import classes from './shell.module.css'

/** Whether I am there, and the change of it: online, away with a reason, offline. */
export function PresenceSwitch() {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const presence = useQuery({ ...queryOf('presence.list', {}), enabled: may('presence.change') })
  const change = useCommand('presence.change', { changes: [['presence.list']] })
  const own = presence.data?.items.find(({ id }) => id === me.agent.id)
  if (!own) return null
  const reasons = presence.data?.awayReasons ?? []
  const words = reasons.find(({ code }) => code === own.reasonCode)?.words ?? t(`value.${own.state}`)
  const check = (isChosen: boolean) => isChosen && <IconCheck size={15} aria-hidden />
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <button type="button" className={classes.presence} aria-label={t('presence.mine', { state: words })}>
          <PresenceDot state={own.state} />
          <span className={classes.presenceWord}>{words}</span>
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<PresenceDot state="online" />}
          rightSection={check(own.state === 'online')}
          onClick={() => change.mutate({ state: 'online' })}
        >
          {t('value.online')}
        </Menu.Item>
        <Menu.Item
          leftSection={<PresenceDot state="away" />}
          rightSection={check(own.state === 'away' && own.reasonCode === null)}
          onClick={() => change.mutate({ state: 'away' })}
        >
          {t('value.away')}
        </Menu.Item>
        {reasons.map(({ code, words: each }) => (
          <Menu.Item
            key={code}
            leftSection={<PresenceDot state="away" />}
            rightSection={check(own.reasonCode === code)}
            onClick={() => change.mutate({ state: 'away', reasonCode: code })}
          >
            <bdi>{each}</bdi>
          </Menu.Item>
        ))}
        <Menu.Item
          leftSection={<PresenceDot state="offline" />}
          rightSection={check(own.state === 'offline')}
          onClick={() => change.mutate({ state: 'offline' })}
        >
          {t('value.offline')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
