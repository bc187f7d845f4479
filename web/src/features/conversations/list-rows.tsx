import { IconArrowsExchange } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Conversation } from '@tracedesk/contracts'
import { useEffect, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useKeys } from '../../shared/keys.ts'
import { useMay } from '../../shared/session.ts'
import { ConversationRow } from './conversation-row.tsx'
import classes from './inbox.module.css'
import { TransferDialog } from './transfer-dialog.tsx'

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
                <ConversationRow conversation={conversation} index={index} />
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
      {handing && <TransferDialog conversation={handing} onClose={() => setHanding(null)} />}
    </div>
  )
}
