import { Badge, Button, Table } from '@mantine/core'
import { IconDownload, IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './imports.module.css'

type Run = QueryOutput<'import.list'>['items'][number]
const COLOURS = { running: 'blue', stopped: 'orange', completed: 'green' } as const
const CHANGES = [['import.list']]

/** Imports, newest first: how far each is, and what it did not take. */
export function ImportRuns() {
  const t = useT()
  const [shown, setShown] = useState<Run | null>(null)
  const list = useQuery({
    ...queryOf('import.list', {}),
    refetchInterval: ({ state }) =>
      state.data?.items.some(item => item.state === 'running') ? 1_000 : false,
  })
  const head = ['file', 'begun', 'state', 'lines', 'taken', 'rejected'] as const
  return (
    <section className={classes.section} aria-label={t('imports.runs')}>
      <h2>{t('imports.runs')}</h2>
      {list.isPending && <RowsSkeleton rows={3} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && (
        <EmptyFace
          icon={<IconHistory size={26} stroke={1.6} />}
          title={t('imports.none')}
          text={t('imports.noneText')}
        />
      )}
      {list.data && list.data.items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={t('imports.runs')}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                {head.map(each => (
                  <Table.Th key={each}>{t(`imports.head.${each}`)}</Table.Th>
                ))}
                <Table.Th>{t('exports.do')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.data.items.map(item => (
                <RunRow key={item.id} item={item} onShow={() => setShown(item)} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {shown && <Rejects run={shown} onClose={() => setShown(null)} />}
    </section>
  )
}

function RunRow({ item, onShow }: { item: Run; onShow: () => void }) {
  const t = useT()
  const format = useFormat()
  const stop = useCommand('import.stop', { changes: CHANGES })
  const resume = useCommand('import.resume', { changes: CHANGES })
  const { id, state } = item
  return (
    <Table.Tr>
      <Table.Td className={classes.cell}>
        <Link to="/log" search={{ subject: id }}>
          <bdi>{item.fileName ?? id.slice(0, 12)}</bdi>
        </Link>
      </Table.Td>
      <Table.Td>
        <Time at={item.startedAt} show="brief" />
      </Table.Td>
      <Table.Td>
        <Badge color={COLOURS[state]} variant="dot" className={classes.badge}>
          {t(`imports.is.${state}`)}
        </Badge>
      </Table.Td>
      <Table.Td className="tabular">{format.number(item.lines)}</Table.Td>
      <Table.Td className="tabular">{format.number(item.imported)}</Table.Td>
      <Table.Td className="tabular">{format.number(item.rejected)}</Table.Td>
      <Table.Td>
        <div className={classes.acts}>
          {state === 'running' && (
            <Button
              size="compact-xs"
              variant="default"
              loading={stop.isPending}
              onClick={() => stop.mutate({ id })}
            >
              {t('imports.stop')}
            </Button>
          )}
          {state === 'stopped' && item.hasFile && (
            <Button size="compact-xs" loading={resume.isPending} onClick={() => resume.mutate({ id })}>
              {t('imports.resume')}
            </Button>
          )}
          {item.rejected > 0 && (
            <Button size="compact-xs" variant="default" onClick={onShow}>
              {t('imports.showRejects')}
            </Button>
          )}
        </div>
        <Failure error={stop.error ?? resume.error} />
      </Table.Td>
    </Table.Tr>
  )
}

function Rejects({ run, onClose }: { run: Run; onClose: () => void }) {
  const t = useT()
  const words = useWords()
  const found = useQuery(queryOf('import.rejects', { id: run.id }))
  return (
    <Dialog size="lg" onClose={onClose} title={t('imports.showRejects')}>
      {found.isPending && <RowsSkeleton rows={4} />}
      {found.isError && <ErrorFace error={found.error} />}
      {found.data && (
        <>
          <Button
            component="a"
            href={`/api/import.rejects_file?id=${run.id}`}
            download
            size="compact-sm"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {t('imports.downloadRejects')}
          </Button>
          <ul className={classes.rejects}>
            {found.data.items.map(({ line, cause, detail }) => (
              <li key={`${line} ${cause}`}>
                <b className="tabular">{line}</b> {words(`imports.cause.${cause}`, cause)}:{' '}
                <bdi>{detail}</bdi>
              </li>
            ))}
          </ul>
          {found.data.more && <p className={classes.quiet}>{t('imports.moreRejects')}</p>}
        </>
      )}
    </Dialog>
  )
}
