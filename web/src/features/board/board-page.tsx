import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import type { ReactNode } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Person } from '../../shared/ui/person.tsx'
import { PresenceDot } from '../../shared/ui/presence-dot.tsx'
import { Ago } from '../../shared/ui/time.tsx'
import { Waiting } from '../../shared/ui/waiting.tsx'
import classes from './board.module.css'
import { EditDesk } from './edit-desk.tsx'

type Board = QueryOutput<'desk.board'>

/** The desk as it is now: who is there and with how much, where the queues are, who waits longest. */
export function BoardPage() {
  const t = useT()
  const may = useMay()
  const board = useQuery({
    ...queryOf('desk.board', {}),
    enabled: may('desk.board'),
    refetchInterval: 30_000,
  })
  if (!may('desk.board')) return <NoPermissionFace />
  return (
    <Page title={t('nav.board')} text={t('board.text')}>
      {board.isPending && <RowsSkeleton rows={6} />}
      {board.isError && !board.data && <ErrorFace error={board.error} retry={() => void board.refetch()} />}
      {board.data && (
        <>
          <Figures board={board.data} />
          <Waits board={board.data} />
          <Queues board={board.data} />
          <People board={board.data} />
        </>
      )}
    </Page>
  )
}

function Figures({ board }: { board: Board }) {
  const t = useT()
  const format = useFormat()
  const online = board.people.filter(({ state }) => state === 'online').length
  const target = format.span(useMe().targets.firstResponseSeconds * 1000)
  const figure = (name: 'online' | 'open' | 'waiting' | 'snoozed' | 'offered', value: number) => (
    <Link to="/board/$figure" params={{ figure: name }} search={{}} className={classes.figure}>
      <b>{format.number(value)}</b>
      <span>{t(`board.figure.${name}`)}</span>
    </Link>
  )
  return (
    <div className={classes.figures}>
      {figure('online', online)}
      {figure('open', board.open)}
      {figure('waiting', board.waiting)}
      {/* who looks at this number is needed in those conversations first */}
      <div className={classes.late}>
        <Link
          to="/inbox"
          search={{ view: 'all', sort: 'waiting' }}
          className={classes.figure}
          data-bad={board.late > 0 || undefined}
        >
          <b>{format.number(board.late)}</b>
          <span>{t('board.figure.late', { target })}</span>
        </Link>
        <Link to="/board/$figure" params={{ figure: 'late' }} search={{}} className={classes.toEntries}>
          {t('board.toEntries')}
        </Link>
      </div>
      {figure('snoozed', board.snoozed)}
      {figure('offered', board.offered)}
    </div>
  )
}

function Section({ title, head, children }: { title: string; head: string[]; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={title}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {head.map(each => (
                <Table.Th key={each}>{each}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </section>
    </section>
  )
}

function Waits({ board }: { board: Board }) {
  const t = useT()
  return (
    <Section
      title={t('board.waits')}
      head={[t('board.customer'), t('board.wait'), t('side.assignee'), t('aside.priority')]}
    >
      {board.waits.map(wait => (
        <Table.Tr key={wait.id}>
          <Table.Td>
            <Link to="/inbox/$conversationId" params={{ conversationId: wait.id }} search={{ view: 'all' }}>
              <bdi>{wait.customerName ?? t('chip.customer')}</bdi>
            </Link>
          </Table.Td>
          <Table.Td className="tabular">
            <Link
              to="/log"
              search={{ conversation: wait.id, event: ['message.received'], from: wait.waitingSince }}
            >
              <Waiting since={wait.waitingSince} />
            </Link>
          </Table.Td>
          <Table.Td>
            {wait.assignee ? (
              <Person id={wait.assignee.id} name={wait.assignee.name} />
            ) : (
              t('side.unassigned')
            )}
          </Table.Td>
          <Table.Td>{t(`value.${wait.priority}`)}</Table.Td>
        </Table.Tr>
      ))}
      {board.waits.length === 0 && (
        <Table.Tr>
          <Table.Td colSpan={4}>{t('board.nobodyWaits')}</Table.Td>
        </Table.Tr>
      )}
    </Section>
  )
}

/** `3 / 7`, in this order also where words run from right to left. */
function Share({ part, of }: { part: number; of: number }) {
  const format = useFormat()
  return (
    <bdi dir="ltr">
      {format.number(part)} / {format.number(of)}
    </bdi>
  )
}

const ofId = (id: string | null) => (id === null ? {} : { of: id })

function Queues({ board }: { board: Board }) {
  const t = useT()
  const format = useFormat()
  return (
    <Section
      title={t('board.queues')}
      head={[t('board.queue'), t('board.inQueue'), t('board.wait'), t('board.figure.online')]}
    >
      {board.queues.map(queue => (
        <Table.Tr key={queue.id ?? ''}>
          <Table.Td>
            <Link to="/inbox" search={{ view: 'queue', ...(queue.id && { department: queue.id }) }}>
              <bdi>{queue.name ?? t('board.common')}</bdi>
            </Link>
          </Table.Td>
          <Table.Td className="tabular">
            <Link to="/board/$figure" params={{ figure: 'queue' }} search={ofId(queue.id)}>
              {format.number(queue.queueLength)}
            </Link>
          </Table.Td>
          <Table.Td className="tabular">
            {queue.waitingSince ? <Waiting since={queue.waitingSince} /> : '–'}
          </Table.Td>
          <Table.Td className="tabular">
            <Link to="/board/$figure" params={{ figure: 'present' }} search={ofId(queue.id)}>
              <Share of={queue.members} part={queue.online} />
            </Link>
          </Table.Td>
        </Table.Tr>
      ))}
    </Section>
  )
}

function People({ board }: { board: Board }) {
  const t = useT()
  const may = useMay()
  return (
    <Section
      title={t('board.people')}
      head={[t('team.person'), t('field.state'), t('field.since'), t('board.load')]}
    >
      {board.people.map(person => (
        <Table.Tr key={person.id}>
          <Table.Td>
            <Link to="/log" search={{ actor: [person.id] }} className={classes.state}>
              <Person id={person.id} name={person.name} />
            </Link>
          </Table.Td>
          <Table.Td>
            <Link
              to="/log"
              search={{ event: ['presence.changed'], subject: person.id }}
              className={classes.state}
            >
              <PresenceDot state={person.state} />
              <span aria-hidden>{t(`value.${person.state}`)}</span>
            </Link>
          </Table.Td>
          <Table.Td>{person.since ? <Ago at={person.since} /> : '–'}</Table.Td>
          <Table.Td className="tabular">
            <Link to="/board/$figure" params={{ figure: 'held' }} search={ofId(person.id)}>
              <Share of={person.capacity} part={person.load} />
            </Link>{' '}
            {may('agent.change_desk') && <EditDesk seat={person} />}
          </Table.Td>
        </Table.Tr>
      ))}
    </Section>
  )
}
