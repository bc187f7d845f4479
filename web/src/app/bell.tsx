import { ActionIcon, Indicator, Menu } from '@mantine/core'
import { IconArrowsExchange, IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { ownKey } from '../shared/browser-store.ts'
import { useFormat } from '../shared/format.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { usePartText } from '../shared/ui/part.tsx'
import { Face } from '../shared/ui/person.tsx'
import classes from './shell.module.css'

const SEEN = 'bell.seen'
const SHOWN = 12

/** What waits for the reader by name: notes that call them, and conversations that are offered to them. */
export function Bell() {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const format = useFormat()
  const textOf = usePartText()
  const [seen, setSeen] = useState(() => localStorage.getItem(ownKey(SEEN)) ?? '')
  const enabled = may('conversation.view')
  const mentions = useQuery({ ...queryOf('note.mentions', {}), enabled })
  const counts = useQuery({ ...queryOf('inbox.counts', {}), enabled })
  const items = mentions.data?.items.slice(0, SHOWN) ?? []
  const offered = counts.data?.offered ?? 0
  const fresh = items.filter(({ at }) => at > seen).length + offered
  const look = () => {
    const newest = items[0]?.at
    if (newest === undefined) return
    localStorage.setItem(ownKey(SEEN), newest)
    setSeen(newest)
  }
  if (!enabled) return null
  return (
    <Menu position="bottom-end" width={320} onClose={look}>
      <Indicator label={fresh} size={16} disabled={fresh === 0} offset={6} zIndex={1}>
        <Menu.Target>
          <ActionIcon size="lg" aria-label={t('bell.title', { count: fresh })}>
            <IconBell size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
      </Indicator>
      <Menu.Dropdown className={classes.bell}>
        {offered > 0 && (
          <Menu.Item
            leftSection={<IconArrowsExchange size={18} stroke={1.7} aria-hidden />}
            onClick={() => void navigate({ to: '/inbox', search: { view: 'offered' } })}
          >
            {t('bell.offered', { count: offered })}
          </Menu.Item>
        )}
        {items.map(each => (
          <Menu.Item
            key={each.noteId}
            leftSection={<Face id={each.author.id} name={each.author.name} size={24} />}
            data-fresh={each.at > seen || undefined}
            onClick={() =>
              void (each.isVisible
                ? navigate({ to: '/inbox/$conversationId', params: { conversationId: each.conversationId } })
                : navigate({ to: '/log', search: { subject: each.noteId } }))
            }
          >
            <b>{t('bell.called', { name: each.author.name })}</b>{' '}
            <time dateTime={each.at}>{format.brief(each.at)}</time>
            <span className={classes.bellText} dir="auto">
              {textOf(each.text)}
            </span>
          </Menu.Item>
        ))}
        {items.length === 0 && offered === 0 && <Menu.Label>{t('bell.nothing')}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}
