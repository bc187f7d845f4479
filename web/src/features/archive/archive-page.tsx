import { IconArchive } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import classes from './archive.module.css'
import { MonthEntries } from './month-entries.tsx'
import { Months } from './months.tsx'
import { Policy } from './policy.tsx'

/** Closed months outside the database: where they lie, when they are written, what is in them. */
export function ArchivePage() {
  const t = useT()
  const may = useMay()
  const { month } = useSearch({ from: '/shell/archive' })
  const list = useQuery({
    ...queryOf('archive.list', {}),
    enabled: may('archive.view'),
    refetchInterval: ({ state }) =>
      state.data?.items.some(item => item.state === 'running' || item.state === 'waiting') ? 1_500 : false,
  })
  if (!may('archive.view')) return <NoPermissionFace />
  if (month) return <MonthEntries month={month} />
  const { store } = list.data ?? {}
  return (
    <Page title={t('nav.archive')} text={t('archive.text')}>
      {list.isPending && <RowsSkeleton rows={4} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && !store && (
        <EmptyFace
          icon={<IconArchive size={26} stroke={1.6} />}
          title={t('archive.none')}
          text={t('archive.noStore')}
        />
      )}
      {list.data && store && (
        <>
          {may('archive.set_policy') && <Policy policy={list.data.policy} />}
          <Months items={list.data.items} open={list.data.open} />
          {store.place && <p className={classes.quiet}>{t('archive.store', { place: store.place })}</p>}
        </>
      )}
    </Page>
  )
}
