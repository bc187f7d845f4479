import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { type Format, useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import classes from './explorer.module.css'
import { filterOf } from './log-filter.ts'
import { useFilter } from './use-filter.ts'

type Histogram = QueryOutput<'log.histogram'>
/** A bar with what it spans, in milliseconds. */
interface Bar {
  from: number
  to: number
  count: number
  notDone: number
}

/** Every bar from the first to the last, also those without entries. */
function barsOf({ from, to, seconds, bars }: Histogram): Bar[] {
  if (from === null || to === null) return []
  const counts = new Map(bars.map(bar => [Date.parse(bar.at), bar]))
  const first = Math.min(Date.parse(from), ...counts.keys())
  const end = Date.parse(to)
  const found: Bar[] = []
  for (let at = startOf(first, seconds); at < end && found.length < 400; ) {
    const next = nextOf(at, seconds)
    const bar = counts.get(at)
    found.push({ from: at, to: next, count: bar?.count ?? 0, notDone: bar?.notDone ?? 0 })
    at = next
  }
  return found
}
const WEEK = 604_800
/** The first of 1970 was a Thursday; weeks begin on Monday. */
const FIRST_MONDAY = 4 * 86_400_000
function startOf(ms: number, seconds: number | null): number {
  if (seconds === null) return Date.parse(`${new Date(ms).toISOString().slice(0, 7)}-01T00:00:00Z`)
  const offset = seconds === WEEK ? FIRST_MONDAY : 0
  const width = seconds * 1000
  return Math.floor((ms - offset) / width) * width + offset
}
const nextOf = (ms: number, seconds: number | null): number =>
  seconds === null ? startOf(ms + 32 * 86_400_000, null) : ms + seconds * 1000

/** Where the log is dense; dragging over it, or the arrow keys with Shift, narrows the log to a span. */
export function Density({ now }: { now: Date }) {
  const t = useT()
  const format = useFormat()
  const { search, change } = useFilter()
  const found = useQuery({
    ...queryOf('log.histogram', filterOf(search, now)),
    staleTime: 30_000,
    placeholderData: before => before,
  })
  const bars = found.data ? barsOf(found.data) : []
  const narrow = (first: number, last: number) => {
    const [from, to] = [bars[Math.min(first, last)]?.from, bars[Math.max(first, last)]?.to]
    if (from === undefined || to === undefined) return
    change({ range: undefined, from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  }
  if (found.isError) return <p className={classes.densityNote}>{t('log.density.failed')}</p>
  if (found.isPending) return <div className={classes.density} aria-hidden data-waiting />
  if (bars.length === 0) return null
  return (
    <Bars
      key={`${bars[0]?.from} ${bars.length}`}
      bars={bars}
      onNarrow={narrow}
      label={t('log.density.label', { bars: bars.length, per: widthWords(format, found.data.seconds) })}
      note={found.data.capped ? t('log.capped') : null}
    />
  )
}

const widthWords = (format: Format, seconds: number | null) =>
  seconds === null ? format.span(30 * 86_400_000) : format.span(seconds * 1000)

interface BarsProps {
  bars: Bar[]
  label: string
  note: string | null
  onNarrow: (first: number, last: number) => void
}

function Bars({ bars, label, note, onNarrow }: BarsProps) {
  const t = useT()
  const format = useFormat()
  const [span, setSpan] = useState<{ anchor: number; at: number } | null>(null)
  const [isDragging, setDragging] = useState(false)
  const most = Math.max(1, ...bars.map(bar => bar.count))
  const barAt = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl'
    const share = (event.clientX - box.left) / box.width
    return Math.min(bars.length - 1, Math.max(0, Math.floor((isMirrored ? 1 - share : share) * bars.length)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step !== undefined) {
      const at = Math.min(bars.length - 1, Math.max(0, (span?.at ?? bars.length) + step))
      setSpan({ anchor: event.shiftKey && span ? span.anchor : at, at })
    } else if (event.key === 'Enter' && span) onNarrow(span.anchor, span.at)
    else if (event.key === 'Escape' && span) setSpan(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const [first, last] = span ? [Math.min(span.anchor, span.at), Math.max(span.anchor, span.at)] : [-1, -1]
  const chosen = span && bars.slice(first, last + 1)
  const words = chosen
    ? t('log.density.span', {
        from: format.exact(new Date(chosen[0]?.from ?? 0).toISOString()),
        to: format.exact(new Date(chosen.at(-1)?.to ?? 0).toISOString()),
        count: chosen.reduce((sum, bar) => sum + bar.count, 0),
      })
    : (note ?? t('log.density.hint'))
  return (
    <div className={classes.densityBox}>
      <div
        className={classes.density}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={bars.length - 1}
        aria-valuenow={span?.at ?? 0}
        aria-valuetext={words}
        onKeyDown={onKeyDown}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = barAt(event)
          setDragging(true)
          setSpan({ anchor: at, at })
        }}
        onPointerMove={event => {
          const at = barAt(event)
          setSpan(before => ({ anchor: isDragging && before ? before.anchor : at, at }))
        }}
        onPointerUp={event => {
          setDragging(false)
          if (span) onNarrow(span.anchor, barAt(event))
        }}
        onPointerLeave={() => !isDragging && setSpan(null)}
      >
        {bars.map((bar, index) => (
          <i
            key={bar.from}
            data-chosen={(index >= first && index <= last) || undefined}
            style={{ blockSize: bar.count === 0 ? 0 : `${Math.max(4, (bar.count / most) * 100)}%` }}
          >
            {bar.notDone > 0 && <b style={{ blockSize: `${(bar.notDone / bar.count) * 100}%` }} />}
          </i>
        ))}
      </div>
      <p className={classes.densityNote} data-span={span !== null || note !== null || undefined}>
        {words}
      </p>
    </div>
  )
}
