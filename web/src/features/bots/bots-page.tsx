import { Button } from '@mantine/core'
import { IconPlus, IconRobot } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { BotCard } from './bot-card.tsx'
import classes from './bots.module.css'
import { ConnectBot } from './connect-bot.tsx'

/** The Telegram bots customers write to, and how they are. */
export function BotsPage() {
  const t = useT()
  const may = useMay()
  const [isConnecting, setConnecting] = useState(false)
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view') })
  if (!may('bot.view')) return <NoPermissionFace />
  const connect = may('bot.connect') && (
    <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setConnecting(true)}>
      {t('bots.connect')}
    </Button>
  )
  return (
    <Page title={t('bots.title')} action={bots.data?.items.length ? connect : null}>
      {bots.isPending && <RowsSkeleton rows={3} height={84} />}
      {bots.isError && !bots.data && <ErrorFace error={bots.error} retry={() => void bots.refetch()} />}
      {bots.data?.items.length === 0 && (
        <EmptyFace
          icon={<IconRobot size={26} stroke={1.6} />}
          title={t('bots.empty.title')}
          text={t('bots.empty.text')}
          action={connect}
        />
      )}
      <ul className={classes.list}>
        {bots.data?.items.map(bot => (
          <li key={bot.id}>
            <BotCard bot={bot} />
          </li>
        ))}
      </ul>
      {isConnecting && <ConnectBot onClose={() => setConnecting(false)} />}
    </Page>
  )
}
