import { Button, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import classes from './retention.module.css'

/** So many rows are shown at first: the sum above them says what matters. */
const FIRST_ROWS = 12

/** What would go now, by month and class, and what holds keep of it. */
export function Preview() {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  const [isWhole, setWhole] = useState(false)
  const preview = useQuery(queryOf('retention.preview', {}))
  const request = useCommand('retention.request', {
    changes: [['retention.runs']],
    announce: false,
    onDone: () => setAsking(false),
  })
  if (preview.isPending) return <RowsSkeleton rows={3} />
  if (preview.isError && !preview.data)
    return <ErrorFace error={preview.error} retry={() => void preview.refetch()} />
  const { items, entries, parts, held, unarchived } = preview.data
  const amounts = { entries: format.number(entries), parts: format.number(parts) }
  const shown = isWhole ? items : items.slice(0, FIRST_ROWS)
  return (
    <section className={classes.section}>
      <h2>{t('retention.preview')}</h2>
      {items.length === 0 && <p className={classes.quiet}>{t('retention.nothingDue')}</p>}
      {items.length > 0 && (
        <div className={classes.due}>
          <b>{t('retention.due', amounts)}</b>
          {may('retention.request') && (
            <Button color="red.8" size="xs" onClick={() => setAsking(true)}>
              {t('retention.ask')}
            </Button>
          )}
        </div>
      )}
      {items.length > 0 && (
        <Sheet label={t('retention.preview')} dense>
          {shown.map(({ what, month, area, ruleId, count }) => (
            <Table.Tr key={`${what} ${month} ${area} ${ruleId}`}>
              <Table.Td>{month}</Table.Td>
              <Table.Td>{words(`area.${area}`, area)}</Table.Td>
              <Table.Td className={classes.quiet}>{t(`value.${what}`)}</Table.Td>
              <Table.Td className={classes.number}>{format.number(count)}</Table.Td>
            </Table.Tr>
          ))}
        </Sheet>
      )}
      {shown.length < items.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          {t('retention.showAll', { count: items.length })}
        </Button>
      )}
      {held.map(each => (
        <p key={each.holdId} className={classes.quiet}>
          {t('retention.kept', {
            kind: t(`value.${each.kind}`),
            cause: t(`value.${each.cause}`),
            entries: format.number(each.entries),
            parts: format.number(each.parts),
          })}
        </p>
      ))}
      {unarchived > 0 && (
        <p className={classes.quiet}>{t('retention.unarchived', { entries: format.number(unarchived) })}</p>
      )}
      {asking && (
        <Confirm
          title={t('retention.ask')}
          goes={t('retention.goes', amounts)}
          stays={t('retention.stays')}
          confirm={t('retention.ask')}
          isBusy={request.isPending}
          error={request.error}
          onConfirm={() => request.mutate({})}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  )
}
