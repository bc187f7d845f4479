import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { queryOf } from '../../shared/queries.ts'
import { threadPages } from './sending.ts'

/** Longer than this nobody goes on looking at the conversation before: then it is shown that the next one loads. */
const LONGEST_MS = 150
/** Keys that go on to the next conversation have no use for the one in between. */
const PASSING = new Set(['j', 'k', 'ArrowDown', 'ArrowUp'])

/**
 * The conversation to draw: the one asked for, or for a moment still the one before it, until the words are here. Then
 * the pane is drawn once instead of twice. Whoever presses a key or touches anything meanwhile means the one asked for,
 * which is drawn before they are heard. What an address itself says about messages is never applied to the one before.
 */
export function useArrived(wanted: string | undefined): string | undefined {
  const client = useQueryClient()
  const { tab, message } = useSearch({ from: '/shell/inbox' })
  const [drawn, setDrawn] = useState(wanted)
  const waits =
    wanted !== undefined &&
    drawn !== undefined &&
    drawn !== wanted &&
    !tab &&
    !message &&
    !isHere(client, wanted)
  useEffect(() => {
    if (!waits) return
    const draw = () => setDrawn(wanted)
    const drawNow = (event: Event) => {
      if (!(event instanceof KeyboardEvent && PASSING.has(event.key))) flushSync(draw)
    }
    const timer = setTimeout(draw, LONGEST_MS)
    void fetchWords(client, wanted).then(draw)
    window.addEventListener('keydown', drawNow, { capture: true })
    window.addEventListener('pointerdown', drawNow, { capture: true })
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', drawNow, { capture: true })
      window.removeEventListener('pointerdown', drawNow, { capture: true })
    }
  }, [client, waits, wanted])
  const next = waits ? drawn : wanted
  if (next !== drawn) setDrawn(next)
  return next
}

// branded: the id stands in the address, and the server looks it up
const headOf = (id: string) => queryOf('conversation.get', { id: id as never })

const isHere = (client: QueryClient, id: string): boolean =>
  client.getQueryData(headOf(id).queryKey) !== undefined &&
  client.getQueryData(threadPages(id).queryKey) !== undefined

/** Ends in any case: what could not be fetched is asked for again by whoever draws it, and told there. */
const fetchWords = (client: QueryClient, id: string): Promise<unknown> =>
  Promise.all([client.prefetchQuery(headOf(id)), client.prefetchInfiniteQuery(threadPages(id))])
