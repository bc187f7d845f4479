import { ActionIcon, Button, Indicator, Menu } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useT, useWords } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { useDirectory } from '../shared/directory.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { Time } from '../shared/ui/time.tsx'
import classes from './shell.module.css'

const SHOWN = 12

/** Alerts nobody has taken note of yet, and requests to reveal that wait for somebody to decide. */
export function AlertBell() {
  const t = useT()
  const may = useMay()
  const words = useWords()
  const directory = useDirectory()
  const navigate = useNavigate()
  const alerts = useQuery({ ...queryOf('alert.list', {}), enabled: may('alert.view') })
  const reveals = useQuery({ ...queryOf('log.reveals', {}), enabled: may('log.decide_reveal') })
  const acknowledge = useCommand('alert.acknowledge', { changes: [['alert.list']] })
  const decide = useCommand('log.decide_reveal', { changes: [['log.reveals']] })
  if (!may('alert.view')) return null
  const items = alerts.data?.items ?? []
  const waiting = (reveals.data?.items ?? []).filter(each => each.state === 'waiting' && !each.mine)
  const count = items.length + waiting.length
  return (
    <Menu position="bottom-end" width={340}>
      <Indicator label={count} size={16} color="red" disabled={count === 0} offset={6} zIndex={1}>
        <Menu.Target>
          <ActionIcon size="lg" aria-label={t('alerts.title', { count })}>
            <IconAlertTriangle size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
      </Indicator>
      <Menu.Dropdown className={classes.bell}>
        {waiting.map(({ id, agent, kind, requestedAt }) => (
          <div key={id} className={classes.bellRow}>
            <IconEye size={18} stroke={1.7} aria-hidden />
            <p>
              <b>{t('alerts.reveal', { name: agent.name, what: words(`value.${kind}`, kind) })}</b>{' '}
              <Time at={requestedAt} show="brief" />
            </p>
            <Button size="compact-xs" onClick={() => decide.mutate({ revealId: id, agree: true })}>
              {t('alerts.agree')}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => decide.mutate({ revealId: id, agree: false })}
            >
              {t('alerts.decline')}
            </Button>
          </div>
        ))}
        {items.slice(0, SHOWN).map(({ entryId, alert, agentId, at }) => (
          <Menu.Item
            key={entryId}
            closeMenuOnClick={false}
            leftSection={<IconAlertTriangle size={18} stroke={1.7} aria-hidden />}
            onClick={() => void navigate({ to: '/log', search: { event: ['alert.*'], entry: entryId } })}
            rightSection={
              may('alert.acknowledge') && (
                <Button
                  component="span"
                  size="compact-xs"
                  variant="light"
                  leftSection={<IconCheck size={13} aria-hidden />}
                  onClick={event => {
                    event.stopPropagation()
                    acknowledge.mutate({ entryId: entryId as never }) // branded id, as the server gave it
                  }}
                >
                  {t('alerts.noted')}
                </Button>
              )
            }
          >
            <b>{words(`value.${alert}`, alert)}</b> <Time at={at} show="brief" />
            {agentId && (
              <span className={classes.bellText}>{directory.agent(agentId) ?? t('chip.someone')}</span>
            )}
          </Menu.Item>
        ))}
        {count === 0 && <Menu.Label>{t('alerts.nothing')}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}
