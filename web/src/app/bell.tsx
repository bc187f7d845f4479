import { ActionIcon, Indicator, Popover } from '@mantine/core'
import { IconArrowsExchange, IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { useFormat } from '../shared/format.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { useAuthor } from '../shared/ui/author.ts'
import { usePartText } from '../shared/ui/part.tsx'
import { Face } from '../shared/ui/person.tsx'
import classes from './shell.module.css'

type Mention = QueryOutput<'note.mentions'>['items'][number]

const SHOWN = 12

/** What waits for the reader by name: notes that call them, and conversations that are offered to them. */
export function Bell() {
  const t = useT()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const enabled = may('conversation.view')
  const mentions = useQuery({ ...queryOf('note.mentions', {}), enabled })
  const counts = useQuery({ ...queryOf('inbox.counts', {}), enabled })
  const see = useCommand('note.see_mentions', { announce: false, changes: [['note.mentions']] })
  if (!enabled) return null
  const items = mentions.data?.items ?? []
  const seenTo = mentions.data?.seenTo ?? ''
  const offered = counts.data?.offered ?? 0
  const called = items.filter(({ at }) => at > seenTo).length
  const fresh = called + offered
  const change = (next: boolean) => {
    setOpen(next)
    // what was shown counts as seen once it is closed, on every machine of theirs
    if (!next && called > 0 && items[0]) see.mutate({ to: items[0].at })
  }
  const title = t('bell.title', { count: fresh })
  return (
    <Popover position="bottom-end" width={320} opened={isOpen} onChange={change} trapFocus>
      <Indicator label={fresh} size={16} disabled={fresh === 0} offset={6} zIndex={1}>
        <Popover.Target>
          <ActionIcon size="lg" aria-label={title} onClick={() => change(!isOpen)}>
            <IconBell size={18} stroke={1.7} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown className={classes.bell} p={4} aria-label={title}>
        {items.length === 0 && offered === 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: focus has to go somewhere in an empty dialog
          <p className={classes.bellNothing} tabIndex={0}>
            {t('bell.nothing')}
          </p>
        )}
        <ul className={classes.bellList}>
          {offered > 0 && <Offered count={offered} close={() => change(false)} />}
          {items.slice(0, SHOWN).map(each => (
            <MentionRow
              key={each.noteId}
              mention={each}
              isFresh={each.at > seenTo}
              close={() => change(false)}
            />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

function Offered({ count, close }: { count: number; close: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const show = () => {
    close()
    void navigate({ to: '/inbox', search: { view: 'offered' } })
  }
  return (
    <li className={classes.bellRow} data-fresh>
      <IconArrowsExchange size={18} stroke={1.7} aria-hidden />
      <button type="button" className={classes.bellOpen} onClick={show}>
        {t('bell.offered', { count })}
      </button>
    </li>
  )
}

function MentionRow(props: { mention: Mention; isFresh: boolean; close: () => void }) {
  const { mention, isFresh, close } = props
  const t = useT()
  const navigate = useNavigate()
  const format = useFormat()
  const textOf = usePartText()
  const authorOf = useAuthor()
  const { noteId, conversationId, author, at, isVisible, text } = mention
  const show = () => {
    close()
    void (isVisible
      ? navigate({ to: '/inbox/$conversationId', params: { conversationId } })
      : navigate({ to: '/log', search: { subject: noteId } }))
  }
  return (
    <li className={classes.bellRow} data-fresh={isFresh || undefined}>
      <Face id={author.id} name={author.name} size={24} />
      <button type="button" className={classes.bellOpen} onClick={show}>
        <b>{t('bell.called', { name: authorOf(mention) })}</b> <time dateTime={at}>{format.brief(at)}</time>
        <span className={classes.bellText} dir="auto">
          {textOf(text)}
        </span>
      </button>
    </li>
  )
}
