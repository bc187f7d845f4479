import { Button, SegmentedControl } from '@mantine/core'
import { IconGavel, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { OpenDispute } from '../../shared/open-dispute.tsx'
import { pagesOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './disputes.module.css'

const STATES = ['open', 'decided', 'closed'] as const
type State = (typeof STATES)[number] | 'all'
type Case = QueryOutput<'dispute.list'>['items'][number]

/** Every case the reader may see. */
export function DisputesPage() {
  const t = useT()
  const may = useMay()
  const [state, setState] = useState<State>('all')
  const [isOpening, setOpening] = useState(false)
  const found = useInfiniteQuery({
    ...pagesOf('dispute.list', state === 'all' ? {} : { state }),
    enabled: may('dispute.view'),
  })
  if (!may('dispute.view')) return <NoPermissionFace />
  const items = found.data?.pages.flatMap(page => page.items) ?? []
  const open = may('dispute.open') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpening(true)}>
      {t('dispute.new')}
    </Button>
  )
  return (
    <Page title={t('dispute.title')} text={t('dispute.text')} action={open}>
      <SegmentedControl
        role="radiogroup"
        className={classes.states}
        aria-label={t('dispute.list.all')}
        value={state}
        onChange={value => setState(value as State)} // one of the values it was given
        data={[
          { value: 'all', label: t('dispute.list.all') },
          ...STATES.map(value => ({ value, label: t(`dispute.case.stateOf.${value}`) })),
        ]}
      />
      {found.isPending && <RowsSkeleton rows={6} />}
      {found.isError && !found.data && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && (
        <EmptyFace
          icon={<IconGavel size={26} stroke={1.6} />}
          title={t('dispute.list.empty')}
          text={t('dispute.list.emptyText')}
          action={open}
        />
      )}
      <ul className={classes.cases}>
        {items.map(item => (
          <CaseRow key={item.id} item={item} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetching} onClick={() => void found.fetchNextPage()}>
          {t('dispute.list.more')}
        </Button>
      )}
      {isOpening && <OpenDispute onClose={() => setOpening(false)} />}
    </Page>
  )
}

function CaseRow({ item }: { item: Case }) {
  const t = useT()
  const format = useFormat()
  const { kind, from, to, customerName, openedBy } = item
  return (
    <li>
      <Link to="/disputes/$disputeId" params={{ disputeId: item.id }} className={classes.case}>
        <span className={classes.caseTitle} dir="auto">
          <PartFace part={item.title} />
        </span>
        <span className={classes.state} data-state={item.state}>
          {t(`dispute.case.stateOf.${item.state}`)}
          {item.outcome && ` · ${t(`value.${item.outcome}`)}`}
        </span>
        <span className={classes.quiet}>
          {t(`value.${kind}`)}
          {customerName && (
            <>
              {' · '}
              <PartFace part={customerName} />
            </>
          )}
          {from && to && ` · ${format.exact(from)} – ${format.exact(to)}`}
        </span>
        <span className={classes.quiet}>
          {openedBy?.name} <Time at={item.openedAt} show="brief" />
        </span>
      </Link>
    </li>
  )
}
