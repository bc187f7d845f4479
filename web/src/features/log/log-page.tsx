import { Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { EntryDetail } from './entry-detail.tsx'
import { EntryList } from './entry-list.tsx'
import { FilterBar } from './filter-bar.tsx'
import { FilterPills } from './filter-pills.tsx'
import classes from './log.module.css'
import { queryInputOf } from './log-filter.ts'

/** The behaviour log: what happened, when, by whom. The address holds the whole question. */
export function LogPage() {
  const t = useT()
  const search = useSearch({ from: '/shell/log' })
  const navigate = useNavigate()
  const isWide = useMediaQuery('(min-width: 1100px)', true, { getInitialValueInEffect: false })
  // Relative times count from here until the reader asks for what is new.
  const [now, setNow] = useState(() => new Date())
  const open = (entry: string | undefined) =>
    void navigate({
      to: '/log',
      search: ({ entry: _, ...rest }) => (entry ? { ...rest, entry } : rest),
      replace: search.entry !== undefined,
    })
  const detail = search.entry && <EntryDetail id={search.entry} onClose={() => open(undefined)} />
  return (
    <div className={classes.page}>
      <div className={classes.main}>
        <header className={classes.head}>
          <h1>{t('log.title')}</h1>
          <span className={classes.zone}>
            {t('log.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
          </span>
        </header>
        <FilterBar />
        <FilterPills />
        <EntryList
          input={queryInputOf(search, now)}
          openId={search.entry}
          onOpen={open}
          onRenew={() => setNow(new Date())}
        />
      </div>
      {isWide && detail && (
        <aside className={classes.aside} aria-label={t('log.detail.title')}>
          {detail}
        </aside>
      )}
      {!isWide && (
        <Drawer.Root
          opened={search.entry !== undefined}
          onClose={() => open(undefined)}
          position="right"
          size={440}
          padding={0}
        >
          <Drawer.Overlay />
          <Drawer.Content>
            <Drawer.Title className="visually-hidden">{t('log.detail.title')}</Drawer.Title>
            {detail}
          </Drawer.Content>
        </Drawer.Root>
      )}
    </div>
  )
}
