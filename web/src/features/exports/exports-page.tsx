import { Badge, Button, Code, Table } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFilterWords } from '../../shared/filter-words.ts'
import { useFormat } from '../../shared/format.ts'
import { pagesOf, queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { SaveJson } from '../../shared/ui/save-json.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './exports.module.css'
import { Schedules } from './schedules.tsx'

type Export = QueryOutput<'export.list'>['items'][number]
const COLOURS = {
  waiting: 'gray',
  running: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
  removed: 'gray',
} as const

/** Files of entries: how far each is, what is in it, and the file itself for whoever asked for it. */
export function ExportsPage() {
  const t = useT()
  const may = useMay()
  const [shown, setShown] = useState<string | null>(null)
  const list = useInfiniteQuery({
    ...pagesOf('export.list', { limit: 50 }),
    enabled: may('export.request'),
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(isUnderWay) ? 1_500 : false),
  })
  if (!may('export.request')) return <NoPermissionFace />
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  return (
    <Page title={t('exports.title')} text={t('exports.text')}>
      {list.isPending && <RowsSkeleton rows={4} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && (
        <EmptyFace
          icon={<IconDownload size={26} stroke={1.6} />}
          title={t('exports.empty')}
          text={t('exports.emptyText')}
          action={
            <LinkButton to="/log" variant="default" size="xs">
              {t('nav.log')}
            </LinkButton>
          }
        />
      )}
      {items.length > 0 && <List items={items} onShow={setShown} />}
      {list.hasNextPage && (
        <Button variant="default" size="xs" onClick={() => void list.fetchNextPage()}>
          {t('exports.more')}
        </Button>
      )}
      <Schedules />
      {shown && <Manifest id={shown} onClose={() => setShown(null)} />}
    </Page>
  )
}

const isUnderWay = ({ state }: Export) => state === 'waiting' || state === 'running'

function List({ items, onShow }: { items: readonly Export[]; onShow: (id: string) => void }) {
  const t = useT()
  const head = [
    'exports.asked_',
    'field.format',
    'field.filter',
    'exports.state',
    'field.rows',
    'exports.do',
  ] as const
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('exports.title')}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {head.map(each => (
              <Table.Th key={each}>{t(each)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(item => (
            <Row key={item.id} item={item} onShow={onShow} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function Row({ item, onShow }: { item: Export; onShow: (id: string) => void }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const cancel = useCommand('export.cancel', { changes: [['export.list']] })
  const filter = useFilterWords()(item.filter, item.words)
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={item.requestedAt} show="brief" />
        <small className={classes.by}>{item.scheduleName ?? item.requestedBy ?? t('actor.operator')}</small>
      </Table.Td>
      <Table.Td>
        {t(`value.${item.format}`)}
        {item.parts === 'withheld' && <small className={classes.by}>{t('exports.withheld')}</small>}
      </Table.Td>
      <Table.Td className={classes.filter}>{filter || t('exports.everything')}</Table.Td>
      <Table.Td>
        <Badge color={COLOURS[item.state]} variant="dot" className={classes.badge}>
          {t(`exports.is.${item.state}`)}
        </Badge>
        {item.code && (
          <small className={classes.by}>
            {words(`error.${item.code}`, words(`value.${item.code}`, item.code))}
          </small>
        )}
      </Table.Td>
      <Table.Td className="tabular" data-label={t('field.rows')}>
        {format.number(item.rows)}
        {item.truncated && <small className={classes.by}>{t('field.truncated')}</small>}
      </Table.Td>
      <Table.Td>
        <div className={classes.acts}>
          {item.state === 'done' && item.own && (
            <Button
              component="a"
              href={`/api/export.download?id=${item.id}`}
              download
              size="compact-xs"
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              {t('exports.download')}
            </Button>
          )}
          {item.state === 'done' && (
            <Button size="compact-xs" variant="default" onClick={() => onShow(item.id)}>
              {t('exports.manifest')}
            </Button>
          )}
          {isUnderWay(item) && (
            <Button
              size="compact-xs"
              variant="default"
              loading={cancel.isPending}
              onClick={() => cancel.mutate({ id: item.id })}
            >
              {t('action.cancel')}
            </Button>
          )}
        </div>
      </Table.Td>
    </Table.Tr>
  )
}

function Manifest({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const found = useQuery(queryOf('export.get', { id: id as Export['id'] }))
  return (
    <Dialog size="lg" onClose={onClose} title={t('exports.manifest')}>
      {found.isPending && <RowsSkeleton rows={3} />}
      {found.isError && <ErrorFace error={found.error} />}
      {found.data && <ManifestText id={id} manifest={found.data.manifest} />}
    </Dialog>
  )
}

/** As it is, and as a file to lie beside the one it tells of. */
function ManifestText({ id, manifest }: { id: string; manifest: unknown }) {
  const t = useT()
  return (
    <>
      <p className={classes.note}>{t('exports.manifestText')}</p>
      <Code block>{JSON.stringify(manifest, null, 2)}</Code>
      <SaveJson value={manifest} name={`${id}.manifest.json`} label={t('exports.saveManifest')} />
    </>
  )
}
