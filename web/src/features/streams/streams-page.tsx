import { Button, Table } from '@mantine/core'
import { IconBroadcast, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Letters } from './letters.tsx'
import type { Stream } from './stream.ts'
import { StreamForm } from './stream-form.tsx'
import { StreamRow } from './stream-row.tsx'
import classes from './streams.module.css'

/** How far a stream is changes with every entry: while somebody looks, it is asked for so often. */
const LOOK_MS = 3_000

/** Where entries of the log are sent to: how far behind each stream is, what troubles it, and what can be done. */
export function StreamsPage() {
  const t = useT()
  const may = useMay()
  const [form, setForm] = useState<Stream | 'new' | null>(null)
  const [lettersOf, setLettersOf] = useState<Stream | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const list = useQuery({
    ...queryOf('stream.list', {}),
    enabled: may('stream.view'),
    refetchInterval: LOOK_MS,
  })
  if (!may('stream.view')) return <NoPermissionFace />
  const items = list.data?.items ?? []
  const add = may('stream.create') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setForm('new')}>
      {t('streams.add')}
    </Button>
  )
  return (
    <Page title={t('nav.streams')} text={t('streams.text')} action={items.length > 0 && add}>
      {list.isPending && <RowsSkeleton rows={3} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && (
        <EmptyFace
          icon={<IconBroadcast size={26} stroke={1.6} />}
          title={t('streams.empty')}
          text={t('streams.emptyText')}
          action={add}
        />
      )}
      {items.length > 0 && (
        <List items={items} onEdit={setForm} onLetters={setLettersOf} onSecret={setSecret} />
      )}
      {form && (
        <StreamForm
          stream={form === 'new' ? null : form}
          onClose={() => setForm(null)}
          onMade={made => {
            setForm(null)
            setSecret(made)
          }}
        />
      )}
      {lettersOf && <Letters stream={lettersOf} onClose={() => setLettersOf(null)} />}
      {secret && (
        <Dialog onClose={() => setSecret(null)} title={t('streams.secretTitle')} closeOnClickOutside={false}>
          <p>{t('streams.secretText')}</p>
          <CopyField value={secret} label={t('streams.secretTitle')} />
        </Dialog>
      )}
    </Page>
  )
}

const HEAD = [
  'streams.name',
  'streams.receiver',
  'streams.state',
  'streams.lag',
  'streams.sent',
  'streams.actions',
] as const

interface ListProps {
  items: readonly Stream[]
  onEdit: (stream: Stream) => void
  onLetters: (stream: Stream) => void
  onSecret: (secret: string) => void
}

function List({ items, ...handlers }: ListProps) {
  const t = useT()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('nav.streams')}>
      <Table verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            {HEAD.map(each => (
              <Table.Th key={each}>{t(each)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(stream => (
            <StreamRow key={stream.id} stream={stream} {...handlers} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
