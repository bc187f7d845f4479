import { Button } from '@mantine/core'
import { IconUserExclamation } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useT } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { useFormat } from '../shared/format.ts'
import { meQuery } from '../shared/queries.ts'
import { useMe } from '../shared/session.ts'
import classes from './shell.module.css'

/** Says on every screen that somebody acts in a colleague's name, and ends it. Nothing for everybody else. */
export function StandInBanner() {
  const t = useT()
  const format = useFormat()
  const client = useQueryClient()
  const { agent, impersonation } = useMe()
  const until = impersonation?.until
  const end = useCommand('impersonation.end', { onDone: () => location.assign('/team') })
  useEffect(() => {
    if (!until) return
    const timer = setTimeout(
      () =>
        void client.invalidateQueries({ queryKey: meQuery.queryKey }).then(() => location.assign('/inbox')),
      Math.max(0, Date.parse(until) - Date.now()) + 1000,
    )
    return () => clearTimeout(timer)
  }, [until, client])
  if (!impersonation) return null
  return (
    <aside className={classes.standIn} aria-label={t('area.impersonation')}>
      <IconUserExclamation size={18} stroke={1.8} aria-hidden />
      <p>
        {t('shell.standIn.text', { by: impersonation.by.name, name: agent.name })}{' '}
        <span className={classes.wideWords}>{t('shell.standIn.both')}</span>{' '}
        <time dateTime={impersonation.until}>
          {t('shell.standIn.until', { time: format.clock(impersonation.until) })}
        </time>
      </p>
      <Button
        size="compact-sm"
        variant="white"
        color="dark"
        loading={end.isPending}
        onClick={() => end.mutate({})}
      >
        {t('shell.standIn.end')}
      </Button>
    </aside>
  )
}
