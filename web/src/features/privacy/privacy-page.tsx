import { Badge, Button, SegmentedControl, Table } from '@mantine/core'
import { IconUserShield } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { pagesOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import { Ago, Time } from '../../shared/ui/time.tsx'
import { DataMap } from './data-map.tsx'
import { OpenRequest } from './open-request.tsx'
import classes from './privacy.module.css'
import type { PrivacyRequest } from './privacy-request.ts'
import { RequestActions } from './request-actions.tsx'

const VIEWS = ['open', 'closed', 'map'] as const
const DUE = { fine: 'gray', soon: 'yellow', overdue: 'red' } as const

/** What customers ask about their data: the most urgent first, each with what can be done about it. */
export function PrivacyPage() {
  const t = useT()
  const may = useMay()
  const { customer } = useSearch({ from: '/shell/privacy' })
  const navigate = useNavigate()
  const [view, setView] = useState<(typeof VIEWS)[number]>('open')
  if (!may('privacy.view')) return <NoPermissionFace />
  return (
    <Page title={t('nav.privacy')} text={t('privacy.text')}>
      <SegmentedControl
        size="xs"
        className={classes.views}
        aria-label={t('privacy.view.label')}
        value={view}
        data={VIEWS.map(value => ({ value, label: t(`privacy.view.${value}`) }))}
        onChange={setView}
      />
      {view === 'map' ? <DataMap /> : <Requests state={view} />}
      {customer && may('privacy.open_request') && (
        <OpenRequest customerId={customer} onClose={() => void navigate({ to: '/privacy', search: {} })} />
      )}
    </Page>
  )
}

function Requests({ state }: { state: 'open' | 'closed' }) {
  const t = useT()
  const list = useInfiniteQuery(pagesOf('privacy.requests', { state, limit: 50 }))
  if (list.isPending) return <RowsSkeleton rows={4} />
  if (list.isError && !list.data) return <ErrorFace error={list.error} retry={() => void list.refetch()} />
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  if (items.length === 0)
    return (
      <EmptyFace
        icon={<IconUserShield size={26} stroke={1.6} />}
        title={t('privacy.empty')}
        text={t('privacy.emptyText')}
      />
    )
  const head = ['field.customerId', 'privacy.asks', 'field.channel', 'field.dueAt', 'exports.do'] as const
  return (
    <div className={classes.requests}>
      <Sheet label={t('nav.privacy')} head={head.map(each => t(each))}>
        {items.map(request => (
          <Row key={request.id} request={request} />
        ))}
      </Sheet>
      {list.hasNextPage && (
        <Button variant="default" size="xs" onClick={() => void list.fetchNextPage()}>
          {t('exports.more')}
        </Button>
      )}
    </div>
  )
}

/** The customer: their last conversation is one step away, where they can be answered. */
function Who({ request }: { request: PrivacyRequest }) {
  const t = useT()
  const may = useMay()
  const { conversationId, customerName, erasedAt } = request
  const name = <bdi>{customerName ?? t(erasedAt ? 'privacy.isErased' : 'privacy.nobody')}</bdi>
  if (conversationId === null || !may('conversation.view')) return name
  return (
    <Link to="/inbox/$conversationId" params={{ conversationId }} className={classes.who}>
      {name}
    </Link>
  )
}

function Row({ request }: { request: PrivacyRequest }) {
  const t = useT()
  return (
    <Table.Tr>
      <Table.Td>
        <Who request={request} />
        {request.erasedAt && (
          <small className={classes.quiet}>
            <Time at={request.erasedAt} show="brief" />
          </small>
        )}
      </Table.Td>
      <Table.Td className={classes.kind}>{t(`value.${request.kind}`)}</Table.Td>
      <Table.Td>
        {t(`value.${request.channel}`)}
        <small className={classes.quiet}>
          <Time at={request.openedAt} show="brief" />
        </small>
      </Table.Td>
      <Table.Td>
        {request.state === 'open' ? (
          <Badge color={DUE[request.due]} variant="dot" className={classes.badge}>
            <Ago at={request.dueAt} />
          </Badge>
        ) : (
          t(`value.${request.outcome ?? 'fulfilled'}`)
        )}
      </Table.Td>
      <Table.Td>{request.state === 'open' && <RequestActions request={request} />}</Table.Td>
    </Table.Tr>
  )
}
