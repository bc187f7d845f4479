import { Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconLoader2,
  IconPlugConnectedX,
  IconRobot,
} from '@tabler/icons-react'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Ago, Time } from '../../shared/ui/time.tsx'
import type { Bot } from './bot.ts'
import { BotGroups } from './bot-groups.tsx'
import { BotHours } from './bot-hours.tsx'
import { BotProfile } from './bot-profile.tsx'
import { BotRouting } from './bot-routing.tsx'
import classes from './bots.module.css'
import { RotateToken } from './rotate-token.tsx'

/** One bot: who it is, how its connection is, and what can be done to it. */
export function BotCard({ bot }: { bot: Bot }) {
  const t = useT()
  const may = useMay()
  const [dialog, setDialog] = useState<'rotate' | 'disconnect' | null>(null)
  const isConnected = bot.state === 'connected'
  return (
    <article className={classes.card} data-state={bot.state}>
      <span className={classes.icon} aria-hidden>
        <IconRobot size={22} stroke={1.6} />
      </span>
      <div className={classes.body}>
        <h2>
          <bdi>{bot.name}</bdi>{' '}
          <a href={`https://t.me/${bot.username}`} target="_blank" rel="noopener noreferrer">
            @{bot.username}
          </a>
        </h2>
        <Health bot={bot} />
        <p className={classes.small}>
          {t('bots.connectedAt')} <Time at={bot.connectedAt} show="exact" /> · {t('bots.fingerprint')}{' '}
          <code>{bot.tokenFingerprint}</code>
        </p>
        {isConnected && <BotRouting bot={bot} />}
        {isConnected && <BotHours bot={bot} />}
        {isConnected && <BotGroups bot={bot} />}
        {isConnected && <BotProfile bot={bot} />}
      </div>
      <div className={classes.actions}>
        {isConnected && may('bot.rotate_token') && (
          <Button size="xs" variant="default" onClick={() => setDialog('rotate')}>
            {t('bots.rotate')}
          </Button>
        )}
        {isConnected && may('bot.disconnect') && (
          <Button
            size="xs"
            variant="subtle"
            color="red.8"
            className={classes.danger}
            onClick={() => setDialog('disconnect')}
          >
            {t('bots.disconnect')}
          </Button>
        )}
      </div>
      {dialog === 'rotate' && <RotateToken bot={bot} onClose={() => setDialog(null)} />}
      {dialog === 'disconnect' && <Disconnect bot={bot} onClose={() => setDialog(null)} />}
    </article>
  )
}

const HEALTH_ICONS = { fine: IconCircleCheck, starting: IconLoader2, lost: IconAlertTriangle }

function Health({ bot: { state, health } }: { bot: Bot }) {
  const t = useT()
  const words = useWords()
  const Icon = state === 'disconnected' ? IconPlugConnectedX : HEALTH_ICONS[health.state]
  return (
    <p className={classes.health} data-health={state === 'disconnected' ? 'off' : health.state}>
      <Icon size={16} stroke={1.8} aria-hidden />
      {state === 'disconnected' ? (
        t('bots.state.disconnected')
      ) : (
        <span>
          {t(`bots.health.${health.state}`)}
          {health.cause && `: ${words(`value.${health.cause}`, health.cause)}`}
          {health.state === 'lost' && health.since && (
            <>
              {' · '}
              <Ago at={health.since} />
            </>
          )}
        </span>
      )}
    </p>
  )
}

function Disconnect({ bot, onClose }: { bot: Bot; onClose: () => void }) {
  const t = useT()
  const disconnect = useCommand('bot.disconnect', {
    announce: false,
    changes: [['bot.list']],
    onDone: onClose,
  })
  return (
    <Confirm
      title={t('bots.disconnectTitle', { name: bot.name })}
      goes={t('bots.disconnectGoes')}
      stays={t('bots.disconnectStays')}
      confirm={t('bots.disconnectConfirm', { name: bot.name })}
      isBusy={disconnect.isPending}
      error={disconnect.error}
      onConfirm={() => disconnect.mutate({ botId: bot.id })}
      onClose={onClose}
    />
  )
}
