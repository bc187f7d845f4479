import { IconAlertTriangle, IconCheck, IconClockHour3 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import { Ago } from '../../shared/ui/time.tsx'
import classes from './proof.module.css'

type Anchor = QueryOutput<'ledger.anchors'>['items'][number]

/** Who outside this installation confirmed the log, up to where and how long ago: the interval that is protected. */
export function Anchors() {
  const t = useT()
  const anchors = useQuery({ ...queryOf('ledger.anchors', {}), staleTime: 0 })
  if (anchors.isError) return <ErrorFace error={anchors.error} retry={() => void anchors.refetch()} />
  if (!anchors.data) return null
  if (anchors.data.items.length === 0) return <p>{t('proof.anchors.none')}</p>
  return (
    <ul className={classes.anchors}>
      {anchors.data.items.map(anchor => (
        <AnchorRow key={`${anchor.kind}/${anchor.name}`} anchor={anchor} />
      ))}
    </ul>
  )
}

function AnchorRow({ anchor }: { anchor: Anchor }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const state = anchor.failure ? 'bad' : anchor.overdue || anchor.anchoredAt === null ? 'busy' : 'good'
  const Icon = { bad: IconAlertTriangle, busy: IconClockHour3, good: IconCheck }[state]
  return (
    <li data-state={state}>
      <Icon size={18} stroke={1.8} role="img" aria-label={t(`proof.anchors.state.${state}`)} />
      <b>{anchor.name}</b>
      <span>{words(`value.${anchor.kind}`, anchor.kind)}</span>
      {anchor.anchoredAt && anchor.size !== null && (
        <span>
          {t('proof.anchors.upTo', { entries: format.number(anchor.size) })} <Ago at={anchor.anchoredAt} />
        </span>
      )}
      {anchor.failure && <span>{words(`value.${anchor.failure.code}`, anchor.failure.code)}</span>}
    </li>
  )
}
