import { Button, Select, Tooltip } from '@mantine/core'
import { IconFileOff, IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { EntryIcon } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { pagesOf } from '../../shared/queries.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './archive.module.css'

type Item = QueryOutput<'archive.entries'>['items'][number]
const AREAS = [
  'message',
  'conversation',
  'customer',
  'note',
  'label',
  'moderation',
  'session',
  'agent',
  'setting',
  'log',
]

/** The entries of a month out of the archive, whether the database still has them or not; each with its proof. */
export function MonthEntries({ month }: { month: string }) {
  const t = useT()
  const words = useWords()
  const [event, setEvent] = useState<string | null>(null)
  const list = useInfiniteQuery(pagesOf('archive.entries', { month, limit: 50, ...(event ? { event } : {}) }))
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  return (
    <Page title={t('archive.entriesOf', { month })}>
      <div className={classes.bar}>
        <Select
          size="xs"
          clearable
          aria-label={t('field.event')}
          placeholder={t('archive.allEvents')}
          data={AREAS.map(area => ({ value: `${area}.*`, label: words(`area.${area}`, area) }))}
          value={event}
          onChange={setEvent}
        />
        <LinkButton size="xs" variant="default" to="/archive" search={{}}>
          {t('archive.back')}
        </LinkButton>
      </div>
      {list.isPending && <RowsSkeleton rows={8} height={36} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && !list.hasNextPage && (
        <EmptyFace icon={<IconFileOff size={26} stroke={1.6} />} title={t('archive.noEntries')} />
      )}
      <ul className={classes.entries}>
        {items.map(item => (
          <Row key={item.entry.id} item={item} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={list.isFetching}
          onClick={() => void list.fetchNextPage()}
        >
          {t('archive.more')}
        </Button>
      )}
    </Page>
  )
}

function Row({ item: { entry, proof } }: { item: Item }) {
  const t = useT()
  const Icon = proof === 'proven' ? IconShieldCheck : IconShieldX
  const label = t(`archive.${proof}`)
  return (
    <li>
      <Time at={entry.at} show="exact" />
      <EntryIcon entry={entry} />
      <EntrySentence entry={entry} />
      <Tooltip label={label}>
        <span className={classes[proof]} role="img" aria-label={label}>
          <Icon size={16} stroke={1.7} aria-hidden />
        </span>
      </Tooltip>
    </li>
  )
}
