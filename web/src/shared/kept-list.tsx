import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useT } from '../i18n/index.ts'
import classes from './kept-list.module.css'
import { useMay } from './session.ts'
import { Confirm } from './ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from './ui/faces.tsx'

interface Kept {
  id: string
}
interface KeptListProps<Item extends Kept> {
  title: string
  text?: string
  /** what stands there while there is nothing */
  empty: string
  found: UseQueryResult<{ items: Item[] }>
  nameOf: (item: Item) => string
  row: (item: Item) => ReactNode
  /** items of one folder stand together under its name; null: in none */
  folderOf?: (item: Item) => string | null
  /** the word on the button that adds one; absent: the reader may not, or `children` has a form for it */
  add?: string | undefined
  /** shows the editor of one, or of a new one; absent: the reader may not */
  editor?: ((item: Item | null, close: () => void) => ReactNode) | undefined
  /** absent: the reader may not take any away */
  removal?: Removal<Item> | undefined
  children?: ReactNode
}
interface Removal<Item> {
  goes: string
  stays?: string
  isBusy: boolean
  error: unknown
  run: (item: Item, done: { onSuccess: () => void }) => void
}

/** What a workspace keeps of one kind, such as its canned replies: shown, added, edited, taken away, each with its history. */
export function KeptList<Item extends Kept>(props: KeptListProps<Item>) {
  const { title, text, empty, found, nameOf, add, editor, removal } = props
  const t = useT()
  const [edited, setEdited] = useState<Item | 'new' | null>(null)
  const [removed, setRemoved] = useState<Item | null>(null)
  return (
    <section className={classes.section} aria-label={title}>
      <h2>{title}</h2>
      {text && <p className={classes.text}>{text}</p>}
      {found.isPending && <RowsSkeleton rows={3} />}
      {found.isError && !found.data && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p className={classes.text}>{empty}</p>}
      {foldersOf(found.data?.items ?? [], props.folderOf).map(([folder, items]) => (
        <div key={folder}>
          {folder !== '' && (
            <h3>
              <bdi>{folder}</bdi>
            </h3>
          )}
          <ul className={classes.list}>
            {items.map(item => (
              <KeptRow
                key={item.id}
                item={item}
                name={nameOf(item)}
                onEdit={editor && (() => setEdited(item))}
                onRemove={removal && (() => setRemoved(item))}
              >
                {props.row(item)}
              </KeptRow>
            ))}
          </ul>
        </div>
      ))}
      {add && (
        <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setEdited('new')}>
          {add}
        </Button>
      )}
      {props.children}
      {edited && editor?.(edited === 'new' ? null : edited, () => setEdited(null))}
      {removed && removal && (
        <Confirm
          title={t('replies.removeTitle', { name: nameOf(removed) })}
          goes={removal.goes}
          stays={removal.stays ?? t('replies.stays')}
          confirm={t('replies.remove')}
          isBusy={removal.isBusy}
          error={removal.error}
          onConfirm={() => removal.run(removed, { onSuccess: () => setRemoved(null) })}
          onClose={() => setRemoved(null)}
        />
      )}
    </section>
  )
}

/** Items by their folders, those in none first; folders by name. */
function foldersOf<Item>(
  items: readonly Item[],
  folderOf: (item: Item) => string | null = () => null,
): [string, Item[]][] {
  const folders = Map.groupBy(items, item => folderOf(item) ?? '')
  return [...folders].sort(([a], [b]) => a.localeCompare(b))
}

function KeptRow(props: {
  item: Kept
  name: string
  onEdit: (() => void) | undefined
  onRemove: (() => void) | undefined
  children: ReactNode
}) {
  const { item, name, onEdit, onRemove } = props
  const t = useT()
  const may = useMay()
  return (
    <li>
      <div>{props.children}</div>
      <span className={classes.actions}>
        {may('log.view') && (
          <Link to="/log" search={{ subject: item.id }} aria-label={t('labels.historyOf', { name })}>
            {t('labels.history')}
          </Link>
        )}
        {onEdit && (
          <Button size="compact-xs" variant="default" onClick={onEdit}>
            {t('replies.edit')}
          </Button>
        )}
        {onRemove && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onRemove}>
            {t('replies.remove')}
          </Button>
        )}
      </span>
    </li>
  )
}
