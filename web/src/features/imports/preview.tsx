import { Alert, Table } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { Time } from '../../shared/ui/time.tsx'
import classes from './imports.module.css'

type Found = QueryOutput<'import.preview'>
type Row = Found['rows'][number]

/** The first rows of a file as they are, and what each becomes. */
export function Preview({ preview, isReady }: { preview: Found; isReady: boolean }) {
  const t = useT()
  const { rows, columns, problem } = preview
  return (
    <>
      <h3>{t('imports.preview')}</h3>
      {problem && <Alert color="orange">{problem}</Alert>}
      {!isReady && !problem && <p className={classes.quiet}>{t('imports.unfinished')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
      <section className={classes.preview} tabIndex={0} aria-label={t('imports.preview')}>
        <Table verticalSpacing={6} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('imports.line')}</Table.Th>
              <Table.Th>{t('imports.becomes')}</Table.Th>
              {columns.map(column => (
                <Table.Th key={column}>
                  <bdi>{column}</bdi>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(row => (
              <Table.Tr key={row.line} data-rejected={row.reject !== null || undefined}>
                <Table.Td className="tabular">{row.line}</Table.Td>
                <Table.Td className={classes.becomes}>
                  <Becomes row={row} />
                </Table.Td>
                {columns.map(column => (
                  <Table.Td key={column} dir="auto" className={classes.cell}>
                    {row.values[column]}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </>
  )
}

/** A line of an import; what it says was checked by the server. */
interface Line {
  at: string
  event: string
  conversation: string
  customer?: string
  actor: { kind: string; key: string; name?: string }
  text?: string
  data?: { activity?: string }
}

function Becomes({ row: { becomes, reject } }: { row: Row }) {
  const t = useT()
  const words = useWords()
  if (reject)
    return (
      <span className={classes.reject}>
        {words(`imports.cause.${reject.cause}`, reject.cause)}: <bdi>{reject.detail}</bdi>
      </span>
    )
  if (!becomes) return <span className={classes.quiet}>—</span>
  const line = becomes as unknown as Line
  return (
    <>
      <b>{words(`eventName.${line.event}`, line.event)}</b> <Time at={line.at} show="exact" />
      <br />
      {words(`actor.${line.actor.kind}`, line.actor.kind)} <bdi>{line.actor.name ?? line.actor.key}</bdi>
      {' · '}
      {t('imports.inConversation')} <bdi>{line.conversation}</bdi>
      {line.text && <q dir="auto">{line.text}</q>}
    </>
  )
}
