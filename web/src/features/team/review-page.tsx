import { Button, Checkbox, Table, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { SignInHistory } from '../../shared/access/sign-in-history.tsx'
import { useCommand } from '../../shared/command.ts'
import { useDirectory } from '../../shared/directory.ts'
import { queryOf } from '../../shared/queries.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Person } from '../../shared/ui/person.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './team.module.css'
import { TeamNav } from './team-nav.tsx'

type Row = QueryOutput<'access.review'>['items'][number]

/** Who may what, since when and by which entry; looking it over is recorded. */
export function ReviewPage() {
  const t = useT()
  const may = useMay()
  const [chosen, setChosen] = useState<string[]>([])
  const review = useQuery({ ...queryOf('access.review', {}), enabled: may('access.review') })
  if (!may('access.review')) return <NoPermissionFace />
  const rows = review.data?.items.filter(row => row.state !== 'deactivated') ?? []
  return (
    <Page title={t('team.review.title')} text={t('team.review.text')}>
      <TeamNav />
      {review.isPending && <RowsSkeleton rows={6} />}
      {review.isError && !review.data && (
        <ErrorFace error={review.error} retry={() => void review.refetch()} />
      )}
      {review.data && <ReviewTable rows={rows} chosen={chosen} onChoose={setChosen} />}
      {may('access.mark_reviewed') && chosen.length > 0 && (
        <MarkReviewed agentIds={chosen} onDone={() => setChosen([])} />
      )}
      {review.data && (
        <section className={classes.section}>
          <h2>{t('team.review.signIns')}</h2>
          <SignInHistory all />
        </section>
      )}
    </Page>
  )
}

function ReviewTable(props: {
  rows: readonly Row[]
  chosen: readonly string[]
  onChoose: (ids: string[]) => void
}) {
  const t = useT()
  const may = useMay()
  const { rows, chosen, onChoose } = props
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('team.review.title')}>
      <Table verticalSpacing={6} className={classes.cards}>
        <Table.Thead>
          <Table.Tr>
            {may('access.mark_reviewed') && (
              <Table.Th>
                <Checkbox
                  size="xs"
                  aria-label={t('team.review.chooseAll')}
                  checked={rows.length > 0 && chosen.length === rows.length}
                  indeterminate={chosen.length > 0 && chosen.length < rows.length}
                  onChange={event => onChoose(event.currentTarget.checked ? rows.map(row => row.id) : [])}
                />
              </Table.Th>
            )}
            <Table.Th>{t('team.person')}</Table.Th>
            <Table.Th>{t('team.review.may')}</Table.Th>
            <Table.Th>{t('team.review.changed')}</Table.Th>
            <Table.Th>{t('team.review.signIn')}</Table.Th>
            <Table.Th>{t('team.review.reviewed')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(row => (
            <ReviewRow
              key={row.id}
              row={row}
              isChosen={chosen.includes(row.id)}
              onChoose={on => onChoose(on ? [...chosen, row.id] : chosen.filter(id => id !== row.id))}
            />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function ReviewRow({
  row,
  isChosen,
  onChoose,
}: {
  row: Row
  isChosen: boolean
  onChoose: (on: boolean) => void
}) {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const directory = useDirectory()
  return (
    <Table.Tr>
      {may('access.mark_reviewed') && (
        <Table.Td>
          <Checkbox
            size="xs"
            aria-label={t('team.review.choose', { name: row.name })}
            checked={isChosen}
            onChange={event => onChoose(event.currentTarget.checked)}
          />
        </Table.Td>
      )}
      <Table.Td>
        <Person id={row.id} name={row.name} size={24} />
        <small className={classes.key}>
          {row.departments.map(({ name, lead }) => (lead ? `${name} ★` : name)).join(' · ')}
        </small>
      </Table.Td>
      <Table.Td>
        <MayCell row={row} />
      </Table.Td>
      <Table.Td data-word={t('team.review.changed')}>
        {row.lastChange && (
          <Link to="/log" search={{ entry: row.lastChange.entryId } as never}>
            {words(`eventName.${row.lastChange.event}`, row.lastChange.event)}
          </Link>
        )}
        {row.lastChange && (
          <small className={classes.key}>
            <Time at={row.lastChange.at} show="exact" />
            {row.lastChange.actorId && ` · ${directory.agent(row.lastChange.actorId) ?? ''}`}
          </small>
        )}
      </Table.Td>
      <Table.Td data-word={t('team.review.signIn')}>
        {row.lastSignInAt ? <Time at={row.lastSignInAt} show="exact" /> : t('team.tokens.never')}
        <small className={classes.key}>
          {row.twoFactor ? t('team.review.twoFactor') : t('team.review.noTwoFactor')}
        </small>
      </Table.Td>
      <Table.Td data-word={t('team.review.reviewed')}>
        {row.reviewed ? <Time at={row.reviewed.at} show="exact" /> : t('team.tokens.never')}
        {row.reviewed && <small className={classes.key}>{directory.agent(row.reviewed.by)}</small>}
        {row.changedSince && (
          <span className={classes.changed}>
            <IconAlertTriangle size={12} aria-hidden /> {t('team.review.changedSince')}
          </span>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function MayCell({ row }: { row: Row }) {
  const t = useT()
  const words = useWords()
  const nameOf = useRoleName()
  const directory = useDirectory()
  const differs = row.switches.map(
    ({ switch: name, granted }) => `${granted ? '+' : '−'} ${words(`value.${name}`, name)}`,
  )
  const bots = row.bots?.map(id => directory.bot(id)?.name ?? id.slice(0, 8))
  return (
    <>
      {nameOf(row.role)} · {t('team.review.permissions', { count: row.permissionCount })}
      <small className={classes.key}>
        {[...differs, ...(bots ? [t('team.review.bots', { names: bots.join(', ') || '—' })] : [])].join(
          ' · ',
        )}
      </small>
    </>
  )
}

function MarkReviewed({ agentIds, onDone }: { agentIds: readonly string[]; onDone: () => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const mark = useCommand('access.mark_reviewed', {
    announce: false,
    changes: [['access.review']],
    onDone,
  })
  return (
    <form
      className={classes.create}
      onSubmit={event => {
        event.preventDefault()
        mark.mutate({ agentIds: [...agentIds], ...(text.trim() ? { text: text.trim() } : {}) })
      }}
    >
      <TextInput
        size="xs"
        maxLength={500}
        aria-label={t('team.review.note')}
        placeholder={t('team.review.note')}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" loading={mark.isPending}>
        {t('team.review.mark', { count: agentIds.length })}
      </Button>
      <Failure error={mark.error} />
    </form>
  )
}
