import { ActionIcon, Button, Chip, Group, Menu, Tooltip } from '@mantine/core'
import { IconFolderPlus, IconPlayerPlay } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { pagesOf } from '../../shared/queries.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './disputes.module.css'
import { Replay } from './replay-panel.tsx'
import { type StoryItem, StoryRow } from './story-row.tsx'

const PARTS = ['message', 'delivery', 'operation', 'presence', 'looking'] as const
const SIDES = ['for', 'against', 'context'] as const
const ROW = 40

/** What happened, in one order; filtered, or played again. */
export function Story({
  disputeId,
  mayWork,
  laid,
}: {
  disputeId: string
  mayWork: boolean
  laid: Set<string>
}) {
  const t = useT()
  const [parts, setParts] = useState<string[]>([...PARTS])
  const [isReplaying, setReplaying] = useState(false)
  const input = { id: disputeId, limit: 200, ...(parts.length < PARTS.length ? { part: parts } : {}) }
  const found = useInfiniteQuery(pagesOf('dispute.story', input as never)) // branded id, closed list of parts
  const items = useMemo(() => found.data?.pages.flatMap(page => page.items) ?? [], [found.data])
  const loadMore = () => found.hasNextPage && !found.isFetching && void found.fetchNextPage()
  return (
    <section className={classes.story} aria-label={t('dispute.case.story')}>
      <div className={classes.tools}>
        <Chip.Group multiple value={parts} onChange={chosen => chosen.length > 0 && setParts(chosen)}>
          <Group gap={6} role="group" aria-label={t('dispute.story.show')}>
            {PARTS.map(part => (
              <Chip key={part} value={part} size="xs">
                {t(`dispute.story.part.${part}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          onClick={() => setReplaying(!isReplaying)}
        >
          {t(isReplaying ? 'dispute.replay.stop' : 'dispute.replay.start')}
        </Button>
      </div>
      {found.isPending && <RowsSkeleton rows={10} height={ROW} />}
      {found.isError && !found.data && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && (
        <EmptyFace icon={<IconPlayerPlay size={26} stroke={1.6} />} title={t('dispute.story.empty')} />
      )}
      {isReplaying && items.length > 0 ? (
        <Replay items={items} onNearEnd={loadMore} />
      ) : (
        items.length > 0 && (
          <Rows
            items={items}
            disputeId={disputeId}
            mayWork={mayWork}
            laid={laid}
            isWhole={!found.hasNextPage}
            onEnd={loadMore}
          />
        )
      )}
    </section>
  )
}

interface RowsProps {
  items: StoryItem[]
  disputeId: string
  mayWork: boolean
  laid: Set<string>
  isWhole: boolean
  onEnd: () => void
}

/** While the page is printed: paper does not scroll, so every row that is loaded must be there. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    // the browser takes the page as it is when this returns
    const begin = () => flushSync(() => setPrinting(true))
    const end = () => setPrinting(false)
    window.addEventListener('beforeprint', begin)
    window.addEventListener('afterprint', end)
    return () => {
      window.removeEventListener('beforeprint', begin)
      window.removeEventListener('afterprint', end)
    }
  }, [])
  return isPrinting
}

function Rows({ items, disputeId, mayWork, laid, isWhole, onEnd }: RowsProps) {
  const t = useT()
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: index => items[index]?.entry.id ?? index,
    overscan: 12,
  })
  const isPrinting = usePrinting()
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (last >= items.length - 20) onEnd()
  }, [last, items.length])
  if (isPrinting)
    return (
      <section aria-label={t('dispute.story.list')}>
        {items.map((item, index) => (
          <StoryRow
            key={item.entry.id}
            item={item}
            before={items[index - 1]}
            isLaid={laid.has(item.entry.id)}
          />
        ))}
      </section>
    )
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      aria-label={t('dispute.story.list')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
      tabIndex={0}
    >
      <div className={classes.rows} style={{ blockSize: virtualizer.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index]
          if (!item) return null
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className={classes.place}
              style={{ transform: `translateY(${start}px)` }}
            >
              <StoryRow
                item={item}
                before={items[index - 1]}
                lay={
                  mayWork && !laid.has(item.entry.id) ? (
                    <Lay disputeId={disputeId} id={item.entry.id} />
                  ) : null
                }
                isLaid={laid.has(item.entry.id)}
              />
            </div>
          )
        })}
      </div>
      {isWhole && <p className={classes.end}>{t('dispute.story.end')}</p>}
    </section>
  )
}

function Lay({ disputeId, id }: { disputeId: string; id: string }) {
  const t = useT()
  const lay = useCommand('dispute.add_entry', { changes: [['dispute.get']] })
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={t('dispute.case.laid')}>
          <ActionIcon
            variant="subtle"
            size="sm"
            aria-label={t('dispute.case.laid')}
            loading={lay.isPending}
            className={classes.noPrint}
          >
            <IconFolderPlus size={16} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {SIDES.map(side => (
          <Menu.Item
            key={side}
            onClick={() => lay.mutate({ disputeId: disputeId as never, entryId: id, side })} // branded id
          >
            {t('dispute.story.lay', { side: t(`value.${side}`) })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
