import { Button } from '@mantine/core'
import { IconBroadcast, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import type { Entry } from '@tracedesk/contracts'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { api } from '../../shared/api.ts'
import { useZone } from '../../shared/format.ts'
import { listenToEntries } from '../../shared/live-entries.ts'
import { EmptyFace, ErrorFace } from '../../shared/ui/faces.tsx'
import { Rows, withDays } from './entry-list.tsx'
import classes from './explorer.module.css'
import listClasses from './log.module.css'
import { filterOf } from './log-filter.ts'
import type { LogSearch } from './log-search.ts'

/** Asked for at most this often, and at least this often even if nothing is announced. */
const REST_MS = 1_000
const LOOK_MS = 10_000
/** Entries kept on the page; older ones are in the log. */
const KEPT = 2_000

/**
 * Entries that came since the reader began to watch, newest first. Goes on from the ledger's position it has, so a
 * pause, a lost connection or a sleeping browser leaves nothing out.
 */
function useTail(search: LogSearch) {
  const [entries, setEntries] = useState<Entry[]>([])
  const [error, setError] = useState<unknown>(null)
  const [isPaused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const next = useRef<number | undefined>(undefined)
  const question = JSON.stringify({
    ...search,
    entry: undefined,
    compare: undefined,
    live: undefined,
    zone: undefined,
  })
  useEffect(() => {
    // What came before the reader began is in the list that is not live: from here on there is no upper end.
    const { from: _f, to: _t, ...filter } = filterOf(JSON.parse(question) as LogSearch, new Date())
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let isBusy = false
    let isWanted = false
    next.current = undefined
    setEntries([])
    const look = async () => {
      clearTimeout(timer)
      isBusy = true
      isWanted = false
      try {
        for (let more = true; more && !stopped; ) {
          const since = next.current
          const page = await api.query('log.tail', { ...filter, ...(since === undefined ? {} : { since }) })
          if (stopped) return
          next.current = page.next
          more = page.more
          if (page.items.length > 0)
            setEntries(before => [...page.items.toReversed(), ...before].slice(0, KEPT))
        }
        setError(null)
      } catch (failure) {
        setError(failure)
      }
      await new Promise(resolve => setTimeout(resolve, REST_MS))
      isBusy = false
      if (!stopped) timer = setTimeout(() => void look(), isWanted ? 0 : LOOK_MS)
    }
    if (isPaused) {
      setWaiting(0)
      return listenToEntries(items => setWaiting(before => before + items.length))
    }
    void look()
    const silence = listenToEntries(() => {
      isWanted = true
      if (!isBusy) void look()
    })
    return () => {
      stopped = true
      clearTimeout(timer)
      silence()
    }
  }, [question, isPaused])
  return { entries, error, isPaused, setPaused, waiting }
}

interface LiveListProps {
  search: LogSearch
  onOpen: (id: string | undefined) => void
}

export function LiveList({ search, onOpen }: LiveListProps) {
  const t = useT()
  const zone = useZone()
  const tail = useTail(search)
  const items = useMemo(() => withDays(tail.entries, zone), [tail.entries, zone])
  return (
    <div className={listClasses.listBox}>
      <div className={classes.liveBar} role="status">
        <span className={classes.pulse} data-paused={tail.isPaused || undefined} aria-hidden />
        {tail.isPaused ? t('log.live.paused', { count: tail.waiting }) : t('log.live.on')}
        <Button
          size="compact-xs"
          variant="default"
          leftSection={
            tail.isPaused ? (
              <IconPlayerPlay size={13} aria-hidden />
            ) : (
              <IconPlayerPause size={13} aria-hidden />
            )
          }
          onClick={() => tail.setPaused(!tail.isPaused)}
        >
          {t(tail.isPaused ? 'log.live.resume' : 'log.live.pause')}
        </Button>
      </div>
      {tail.error !== null && <ErrorFace error={tail.error} />}
      {items.length === 0 && tail.error === null ? (
        <EmptyFace
          icon={<IconBroadcast size={26} stroke={1.6} />}
          title={t('log.live.empty')}
          text={t('log.live.emptyText')}
        />
      ) : (
        <Rows items={items} openId={search.entry} onOpen={onOpen} isWhole={false} onEnd={() => {}} />
      )}
    </div>
  )
}
