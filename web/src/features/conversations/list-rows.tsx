import { IconArrowsExchange } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Conversation } from '@tracedesk/contracts'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useKeys } from '../../shared/keys.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ConversationRow } from './conversation-row.tsx'
import { wantReply } from './fields.ts'
import classes from './inbox.module.css'
import { withoutMessage } from './inbox-search.ts'
import { threadPages } from './sending.ts'

const TransferDialog = lazy(async () => ({ default: (await import('./transfer-dialog.tsx')).TransferDialog }))

export const ROW_HEIGHT = 80

interface RowsProps {
  items: Conversation[]
  openId: string | undefined
  selected: ReadonlySet<string>
  onSelect: (id: string, upTo: boolean) => void
  onEnd: () => void
}

/** Conversations under each other, however many; arrows and j/k move, x chooses. */
export function Rows({ items, openId, selected, onSelect, onEnd }: RowsProps) {
  const t = useT()
  const mayHand = useMay()('conversation.transfer')
  const [handing, setHanding] = useState<Conversation | null>(null)
  const { hrefOf, open } = useOpening()
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    getItemKey: index => items[index]?.id ?? index,
  })
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (last >= items.length - 8) onEnd()
  }, [last, items.length])

  const rowAt = (index: number) => scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)
  const here = () => {
    const focused = scroller.current?.querySelector<HTMLElement>('[data-row]:focus')?.dataset.row
    return focused === undefined ? items.findIndex(({ id }) => id === openId) : Number(focused)
  }
  const move = (step: 1 | -1) => {
    const from = here()
    const to = Math.min(items.length - 1, Math.max(0, from === -1 && step === -1 ? 0 : from + step))
    virtualizer.scrollToIndex(to)
    // The row may first have to be drawn.
    if (rowAt(to)) rowAt(to)?.focus()
    else requestAnimationFrame(() => requestAnimationFrame(() => rowAt(to)?.focus()))
  }
  const choose = () => {
    const at = items[here()]
    if (at) onSelect(at.id, false)
  }
  useKeys({ j: () => move(1), k: () => move(-1), x: choose })
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (step === null) return
    event.preventDefault()
    move(step)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the links inside
    <div
      ref={scroller}
      className={classes.scroller}
      data-choosing={selected.size > 0 || undefined}
      onKeyDown={onKeyDown}
    >
      <ul
        aria-label={t('inbox.list')}
        className={classes.rows}
        style={{ blockSize: virtualizer.getTotalSize() }}
      >
        {rows.map(({ index, key, start }) => {
          const conversation = items[index]
          return (
            conversation && (
              <li key={key} style={{ transform: `translateY(${start}px)`, blockSize: ROW_HEIGHT }}>
                <ConversationRow
                  conversation={conversation}
                  index={index}
                  isOpen={conversation.id === openId}
                  href={hrefOf(conversation.id)}
                  onOpen={open}
                />
                <input
                  type="checkbox"
                  tabIndex={-1}
                  className={classes.choice}
                  aria-label={t('inbox.choose.one', {
                    name: conversation.customer.name ?? t('chip.customer'),
                  })}
                  checked={selected.has(conversation.id)}
                  onChange={event =>
                    onSelect(conversation.id, (event.nativeEvent as MouseEvent).shiftKey === true)
                  }
                />
                {mayHand && conversation.status !== 'resolved' && (
                  <button
                    type="button"
                    tabIndex={-1} // by keys: open it, then t
                    className={classes.rowAction}
                    aria-label={t('handover.this', {
                      name: conversation.customer.name ?? t('chip.customer'),
                    })}
                    title={t('handover.title')}
                    onClick={() => setHanding(conversation)}
                  >
                    <IconArrowsExchange size={16} stroke={1.7} aria-hidden />
                  </button>
                )}
              </li>
            )
          )
        })}
      </ul>
      {handing && (
        <Suspense>
          <TransferDialog conversation={handing} onClose={() => setHanding(null)} />
        </Suspense>
      )}
    </div>
  )
}

/** Never an id of a conversation: where one goes into an address. */
const PLACE = 'conversation'

/** Where conversations are, seen from the list as it is, and the way there. */
function useOpening() {
  const router = useRouter()
  const client = useQueryClient()
  const search = useSearch({ from: '/shell/inbox' })
  const to = '/inbox/$conversationId'
  return useMemo(() => {
    const place = router.buildLocation({
      to,
      params: { conversationId: PLACE },
      search: withoutMessage(search),
    }).href
    return {
      hrefOf: (id: string) => place.replace(`/${PLACE}`, `/${id}`),
      open: (id: string, byMouse: boolean) => {
        // asked for while the pane is still being drawn; never before the click, for whoever asks has read it
        void client.prefetchQuery(queryOf('conversation.get', { id }))
        void client.prefetchInfiniteQuery(threadPages(id))
        // keys keep their meaning for whoever moves by keys
        if (byMouse) wantReply(id)
        void router.navigate({ to, params: { conversationId: id }, search: withoutMessage(search) })
      },
    }
  }, [router, client, search])
}
