import { ActionIcon, Button, Indicator, Popover } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { useDirectory } from '../shared/directory.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { PartFace } from '../shared/ui/part.tsx'
import { Time } from '../shared/ui/time.tsx'
import classes from './shell.module.css'

const SHOWN = 12

/** Alerts nobody has taken note of yet, and requests to reveal that wait for somebody to decide. */
export function AlertBell() {
  const t = useT()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const alerts = useQuery({ ...queryOf('alert.list', {}), enabled: may('alert.view') })
  const reveals = useQuery({ ...queryOf('log.reveals', {}), enabled: may('log.decide_reveal') })
  if (!may('alert.view')) return null
  const items = alerts.data?.items ?? []
  const waiting = (reveals.data?.items ?? []).filter(each => each.state === 'waiting' && !each.mine)
  const count = items.length + waiting.length
  return (
    <Popover position="bottom-end" width={340} opened={isOpen} onChange={setOpen} trapFocus>
      <Indicator label={count} size={16} color="red" disabled={count === 0} offset={6} zIndex={1}>
        <Popover.Target>
          <ActionIcon size="lg" aria-label={t('alerts.title', { count })} onClick={() => setOpen(!isOpen)}>
            <IconAlertTriangle size={18} stroke={1.7} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown className={classes.bell} p={4} aria-label={t('alerts.title', { count })}>
        {count === 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: focus has to go somewhere in an empty dialog
          <p className={classes.bellNothing} tabIndex={0}>
            {t('alerts.nothing')}
          </p>
        )}
        <ul className={classes.bellList}>
          {waiting.map(each => (
            <RevealRow key={each.id} reveal={each} close={() => setOpen(false)} />
          ))}
          {items.slice(0, SHOWN).map(each => (
            <AlertRow key={each.entryId} {...each} close={() => setOpen(false)} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

type Reveal = QueryOutput<'log.reveals'>['items'][number]

/** Who asks to see what and why, and where it stands in the log: what has to be known to agree. */
function RevealRow({ reveal, close }: { reveal: Reveal; close: () => void }) {
  const t = useT()
  const words = useWords()
  const navigate = useNavigate()
  const decide = useCommand('log.decide_reveal', { changes: [['log.reveals']] })
  const { id, agent, kind, target, reason, requestedAt } = reveal
  const show = () => {
    close()
    void navigate({ to: '/log', search: kind === 'entry' ? { entry: target } : { conversation: target } })
  }
  return (
    <li className={`${classes.bellRow} ${classes.bellAsk}`}>
      <IconEye size={18} stroke={1.7} aria-hidden />
      <button type="button" className={classes.bellOpen} onClick={show}>
        <b>{t('alerts.reveal', { name: agent.name, what: words(`value.${kind}`, kind) })}</b>{' '}
        <Time at={requestedAt} show="brief" />
        <span className={classes.bellWhy}>
          <PartFace part={reason} />
        </span>
      </button>
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
    </li>
  )
}

interface Alert {
  readonly entryId: string
  readonly alert: string
  readonly agentId: string | null
  readonly at: string
  readonly close: () => void
}

function AlertRow({ entryId, alert, agentId, at, close }: Alert) {
  const t = useT()
  const may = useMay()
  const words = useWords()
  const directory = useDirectory()
  const navigate = useNavigate()
  const acknowledge = useCommand('alert.acknowledge', { changes: [['alert.list']] })
  const show = () => {
    close()
    void navigate({ to: '/log', search: { event: ['alert.*'], entry: entryId } })
  }
  return (
    <li className={classes.bellRow}>
      <IconAlertTriangle size={18} stroke={1.7} aria-hidden />
      <button type="button" className={classes.bellOpen} onClick={show}>
        <b>{words(`value.${alert}`, alert)}</b> <Time at={at} show="brief" />
        {agentId && <span className={classes.bellText}>{directory.agent(agentId) ?? t('chip.someone')}</span>}
      </button>
      {may('alert.acknowledge') && (
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconCheck size={13} aria-hidden />}
          onClick={() => acknowledge.mutate({ entryId: entryId as never })} // branded id, as the server gave it
        >
          {t('alerts.noted')}
        </Button>
      )}
    </li>
  )
}
