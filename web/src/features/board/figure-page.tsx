import { Button } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { BoardFigure, QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { EntryIcon } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { useFormat } from '../../shared/format.ts'
import { pagesOf, queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './board.module.css'

type Item = QueryOutput<'desk.board_entries'>['items'][number]
const route = getRouteApi('/shell/board/$figure')

/** The entries one number of the board counts, one for each. */
export function FigurePage() {
  const t = useT()
  const may = useMay()
  // an address somebody typed may name any figure: the server says which there are
  const figure = route.useParams().figure as BoardFigure
  const { of } = route.useSearch()
  const title = useTitle(figure, of)
  const list = useInfiniteQuery({
    ...pagesOf('desk.board_entries', { figure, limit: 100, ...(of === undefined ? {} : { of }) }),
    enabled: may('desk.board'),
    retry: false,
  })
  if (!may('desk.board')) return <NoPermissionFace />
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  return (
    <Page title={title} text={t('board.entries.text')}>
      <LinkButton size="xs" variant="default" to="/board">
        {t('board.entries.back')}
      </LinkButton>
      {list.isPending && <RowsSkeleton rows={8} height={36} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && (
        <EmptyFace
          icon={<IconListSearch size={26} stroke={1.6} />}
          title={t('board.entries.none')}
          text={t('board.entries.noneText')}
        />
      )}
      <ul className={classes.entries}>
        {items.map((item, i) => (
          <CountedRow key={item.conversation?.id ?? item.agent?.id ?? i} item={item} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t('board.entries.more')}
        </Button>
      )}
    </Page>
  )
}

/** What the number was called on the board. */
function useTitle(figure: BoardFigure, of: string | undefined): string {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const target = format.span(useMe().targets.firstResponseSeconds * 1000)
  const board = useQuery({ ...queryOf('desk.board', {}), enabled: may('desk.board') }).data
  const queue = board?.queues.find(({ id }) => id === (of ?? null))?.name ?? t('board.common')
  switch (figure) {
    case 'queue':
    case 'present':
      return t(`board.entries.${figure}`, { name: queue })
    case 'held':
      return t('board.entries.held', {
        name: board?.people.find(({ id }) => id === of)?.name ?? t('chip.someone'),
      })
    case 'online':
    case 'open':
    case 'waiting':
    case 'late':
    case 'snoozed':
    case 'offered':
      return t(`board.figure.${figure}`, { target })
    default:
      return t('nav.board')
  }
}

function CountedRow({ item: { conversation, agent, entry } }: { item: Item }) {
  const t = useT()
  return (
    <li>
      <span className={classes.counted}>
        {conversation && (
          <Link
            to="/inbox/$conversationId"
            params={{ conversationId: conversation.id }}
            search={{ view: 'all' }}
          >
            <bdi>{conversation.name ?? t('chip.customer')}</bdi>
          </Link>
        )}
        {agent && (
          <Link to="/log" search={{ actor: [agent.id] }}>
            <bdi>{agent.name}</bdi>
          </Link>
        )}
      </span>
      {entry ? (
        <>
          <Time at={entry.at} show="exact" />
          <div className={classes.fact}>
            <EntryIcon entry={entry} />
            <EntrySentence entry={entry} />
          </div>
        </>
      ) : (
        <span>{t('board.entries.notYours')}</span>
      )}
    </li>
  )
}
