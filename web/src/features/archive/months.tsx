import { Badge, Button, Progress, Table } from '@mantine/core'
import { IconArchive } from '@tabler/icons-react'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './archive.module.css'

type List = QueryOutput<'archive.list'>
type Item = List['items'][number]
const COLOURS = { waiting: 'gray', running: 'blue', stopped: 'gray', done: 'green', failed: 'red' } as const

/** The months: those that wait to be archived first, then what the archive holds. */
export function Months({ items, open }: Pick<List, 'items' | 'open'>) {
  const t = useT()
  const may = useMay()
  const under = new Set(items.filter(({ state }) => state !== 'done').map(({ month }) => month))
  const left = open.filter(({ month }) => !under.has(month)).toReversed()
  return (
    <section className={classes.section}>
      <div className={classes.bar}>
        <h2>{t('archive.months')}</h2>
        {left.length > 1 && may('archive.request') && (
          <WriteAll months={left.map(({ month }) => month).toReversed()} />
        )}
      </div>
      {items.length + left.length === 0 ? (
        <EmptyFace icon={<IconArchive size={26} stroke={1.6} />} title={t('archive.none')} />
      ) : (
        <div className={classes.months}>
          <Sheet label={t('archive.months')}>
            {left.map(each => (
              <OpenRow key={each.month} {...each} />
            ))}
            {items.map(item => (
              <Row key={item.id} item={item} />
            ))}
          </Sheet>
        </div>
      )}
    </section>
  )
}

/** Asks for every month that waits, the oldest first; the first that cannot be asked for ends it. */
function WriteAll({ months }: { months: readonly string[] }) {
  const t = useT()
  const request = useCommand('archive.request', { changes: [['archive.list']] })
  const [isAsking, setAsking] = useState(false)
  const askForAll = async () => {
    setAsking(true)
    try {
      for (const month of months) await request.mutateAsync({ month })
    } catch {
      // what was asked for so far is on its way; the command has announced why the rest is not
    } finally {
      setAsking(false)
    }
  }
  return (
    <Button size="xs" loading={isAsking} onClick={() => void askForAll()}>
      {t('archive.writeAll', { count: months.length })}
    </Button>
  )
}

function OpenRow({ month, isNew }: List['open'][number]) {
  const t = useT()
  const may = useMay()
  const request = useCommand('archive.request', { changes: [['archive.list']] })
  return (
    <Table.Tr>
      <Table.Td className={`tabular ${classes.month}`}>{month}</Table.Td>
      <Table.Td className={classes.quiet} colSpan={2}>
        {isNew ? t('archive.allNew') : t('archive.later')}
      </Table.Td>
      <Table.Td>
        {may('archive.request') && (
          <Button
            size="compact-xs"
            variant="default"
            loading={request.isPending}
            aria-label={`${t('archive.write')}: ${month}`}
            onClick={() => request.mutate({ month })}
          >
            {t('archive.write')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function Row({ item }: { item: Item }) {
  const t = useT()
  const words = useWords()
  return (
    <Table.Tr>
      <Table.Td className={`tabular ${classes.month}`}>{item.month}</Table.Td>
      <Table.Td>
        <Badge variant="dot" color={COLOURS[item.state]}>
          {t(`archive.state.${item.state}`)}
        </Badge>
        {(item.state === 'running' || item.state === 'stopped') && (
          <Progress value={item.progress} size="sm" aria-label={t(`archive.state.${item.state}`)} />
        )}
        {item.code && <div className={classes.quiet}>{words(`error.${item.code}`, item.code)}</div>}
      </Table.Td>
      <Table.Td>
        <Facts item={item} />
      </Table.Td>
      <Table.Td>
        <Acts item={item} />
      </Table.Td>
    </Table.Tr>
  )
}

function Facts({ item }: { item: Item }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const { entries, parts, bytes, files, verdict, verifiedAt, lockedUntil } = item
  return (
    <>
      {entries !== null && (
        <div>
          {t('archive.holds', {
            entries: format.number(entries),
            parts: format.number(parts ?? 0),
            size: format.bytes(bytes ?? 0),
            files: format.number(files ?? 0),
          })}
        </div>
      )}
      {verdict && verifiedAt && (
        <div className={verdict === 'ok' ? classes.quiet : classes.changed}>
          {t('archive.verified')} <Time at={verifiedAt} show="brief" />:{' '}
          {verdict === 'ok'
            ? t('archive.verdictOk')
            : words(`check.${verdict}`, t('archive.verdictBad', { code: verdict }))}
        </div>
      )}
      {lockedUntil && (
        <div className={classes.quiet}>
          {t('archive.lockedUntil')} <Time at={lockedUntil} show="brief" />
        </div>
      )}
    </>
  )
}

function Acts({ item: { id: archiveId, month, state } }: { item: Item }) {
  const t = useT()
  const may = useMay()
  const changes = [['archive.list']]
  const verify = useCommand('archive.verify', { changes })
  const stop = useCommand('archive.stop', { changes })
  const resume = useCommand('archive.resume', { changes })
  const small = { size: 'compact-xs', variant: 'default' } as const
  return (
    <div className={classes.acts}>
      {state === 'done' && (
        <LinkButton {...small} to="/archive" search={{ month }} aria-label={`${t('archive.open')}: ${month}`}>
          {t('archive.open')}
        </LinkButton>
      )}
      {state === 'done' && may('archive.verify') && (
        <Button {...small} loading={verify.isPending} onClick={() => verify.mutate({ archiveId })}>
          {t('archive.verify')}
        </Button>
      )}
      {(state === 'waiting' || state === 'running') && may('archive.stop') && (
        <Button {...small} loading={stop.isPending} onClick={() => stop.mutate({ archiveId })}>
          {t('archive.stop')}
        </Button>
      )}
      {(state === 'stopped' || state === 'failed') && may('archive.resume') && (
        <Button {...small} loading={resume.isPending} onClick={() => resume.mutate({ archiveId })}>
          {t('archive.resume')}
        </Button>
      )}
    </div>
  )
}
