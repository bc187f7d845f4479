import { Button, SegmentedControl, Table } from '@mantine/core'
import { IconGavel } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useDirectory } from '../../shared/directory.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './holds.module.css'
import { PlaceHold } from './place-hold.tsx'
import { type Hold, ReleaseHold } from './release-hold.tsx'

const VIEWS = ['inForce', 'all'] as const

/** What must not be destroyed, by whom and why; the newest hold first. */
export function HoldsPage() {
  const t = useT()
  const may = useMay()
  const search = useSearch({ from: '/shell/holds' })
  const navigate = useNavigate()
  const [view, setView] = useState<(typeof VIEWS)[number]>('inForce')
  const [isPlacing, setPlacing] = useState(false)
  if (!may('hold.view')) return <NoPermissionFace />
  const isAsked = search.customer !== undefined || search.conversation !== undefined
  const close = () => {
    setPlacing(false)
    if (isAsked) void navigate({ to: '/holds', search: {} })
  }
  return (
    <Page
      title={t('nav.holds')}
      text={t('holds.text')}
      action={may('hold.place') && <Button onClick={() => setPlacing(true)}>{t('holds.place')}</Button>}
    >
      <SegmentedControl
        size="xs"
        className={classes.views}
        aria-label={t('nav.holds')}
        value={view}
        data={VIEWS.map(value => ({ value, label: t(`holds.${value}`) }))}
        onChange={setView}
      />
      <Holds released={view === 'all'} />
      {may('hold.place') && (isPlacing || isAsked) && <PlaceHold thing={search} onClose={close} />}
    </Page>
  )
}

function Holds({ released }: { released: boolean }) {
  const t = useT()
  const list = useQuery(queryOf('hold.list', { released: released ? 'true' : 'false' }))
  if (list.isPending) return <RowsSkeleton rows={4} />
  if (list.isError && !list.data) return <ErrorFace error={list.error} retry={() => void list.refetch()} />
  const items = list.data?.items ?? []
  if (items.length === 0)
    return (
      <EmptyFace
        icon={<IconGavel size={26} stroke={1.6} />}
        title={t('holds.empty')}
        text={t('holds.emptyText')}
      />
    )
  const head = ['holds.what', 'holds.cause', 'holds.placed', 'holds.released', 'holds.actions'] as const
  return (
    <Sheet label={t('nav.holds')} head={head.map(each => t(each))}>
      {items.map(hold => (
        <Row key={hold.id} hold={hold} />
      ))}
    </Sheet>
  )
}

function Row({ hold }: { hold: Hold }) {
  const t = useT()
  const may = useMay()
  const directory = useDirectory()
  return (
    <Table.Tr>
      <Table.Td>
        <What hold={hold} />
      </Table.Td>
      <Table.Td>
        {t(`value.${hold.cause}`)}
        {hold.reason && (
          <small className={classes.quiet}>
            <PartFace part={hold.reason} />
          </small>
        )}
        {hold.disputeId && may('dispute.view') && (
          <small className={classes.quiet}>
            <Link to="/disputes/$disputeId" params={{ disputeId: hold.disputeId }}>
              {t('holds.case')}
            </Link>
          </small>
        )}
      </Table.Td>
      <Table.Td>
        <Time at={hold.placedAt} show="brief" />
        {hold.placedBy && <small className={classes.quiet}>{directory.agent(hold.placedBy)}</small>}
      </Table.Td>
      <Table.Td>{hold.releasedAt && <Time at={hold.releasedAt} show="brief" />}</Table.Td>
      <Table.Td>
        {may('hold.release') && hold.releasedAt === null && <ReleaseHold hold={hold} />}
        <LinkButton to="/log" search={{ subject: hold.id }} size="compact-xs" variant="subtle">
          {t('holds.open')}
        </LinkButton>
      </Table.Td>
    </Table.Tr>
  )
}

function What({ hold }: { hold: Hold }) {
  const t = useT()
  const name = hold.customerName && <PartFace part={hold.customerName} />
  if (hold.kind === 'range')
    return (
      <>
        {t('value.range')}
        <small className={classes.quiet}>
          {hold.from ? <Time at={hold.from} show="brief" /> : t('holds.openEnd')} –{' '}
          {hold.to ? <Time at={hold.to} show="brief" /> : t('holds.openEnd')}
        </small>
      </>
    )
  return (
    <>
      {t(`value.${hold.kind}`)}
      <small className={classes.quiet}>{name}</small>
    </>
  )
}
