import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconBroadcast, IconFilter, IconLink } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce } from '../../shared/command.ts'
import { ExportMenu } from '../../shared/export-menu.tsx'
import { ZoneContext } from '../../shared/format.ts'
import { OpenDisputeIcon } from '../../shared/open-dispute.tsx'
import { Compare } from './compare.tsx'
import { Density } from './density.tsx'
import { EntryDetail } from './entry-detail.tsx'
import { EntryList } from './entry-list.tsx'
import explorer from './explorer.module.css'
import { FacetPanel } from './facets.tsx'
import { FilterBar } from './filter-bar.tsx'
import { FilterPills } from './filter-pills.tsx'
import { LiveList } from './live-list.tsx'
import classes from './log.module.css'
import { aboutOf, filterOf, queryInputOf } from './log-filter.ts'
import { SavedViews } from './saved-views.tsx'
import { useFilter } from './use-filter.ts'
import { ZoneChoice } from './zone-choice.tsx'

/** The behaviour log: what happened, when, by whom. The address holds the whole question. */
export function LogPage() {
  const search = useSearch({ from: '/shell/log' })
  // Relative times count from here until the reader asks for what is new.
  const [now, setNow] = useState(() => new Date())
  return (
    <ZoneContext value={search.zone}>
      <Explorer now={now} onRenew={() => setNow(new Date())} />
    </ZoneContext>
  )
}

function Explorer({ now, onRenew }: { now: Date; onRenew: () => void }) {
  const t = useT()
  const { search, change } = useFilter()
  const navigate = useNavigate()
  const isWide = useMediaQuery('(min-width: 1100px)', true, { getInitialValueInEffect: false })
  const hasPanelWidth = useMediaQuery('(min-width: 1001px)', true, { getInitialValueInEffect: false })
  const hasRoomForAll = useMediaQuery('(min-width: 1400px)', true, { getInitialValueInEffect: false })
  const isPhone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const open = (entry: string | undefined) =>
    void navigate({
      to: '/log',
      search: ({ entry: _, ...rest }) => (entry ? { ...rest, entry } : rest),
      replace: search.entry !== undefined,
    })
  const detail = search.entry && <EntryDetail id={search.entry} onClose={() => open(undefined)} />
  // beside an open entry the list needs the room more; what narrows it is a press away
  const hasPanel = hasPanelWidth && (hasRoomForAll || !detail)
  const isComparing = search.compare && search.entry && search.compare !== search.entry
  return (
    <div className={classes.page}>
      <div className={classes.main}>
        <Head now={now} hasPanel={hasPanel} isPhone={isPhone} />
        <FilterPills />
        {!search.live && <Density now={now} />}
        <div className={explorer.split}>
          {hasPanel && (
            <aside className={explorer.panel} aria-label={t('log.facets')}>
              <FacetPanel now={now} />
            </aside>
          )}
          {search.live ? (
            <LiveList search={search} onOpen={open} />
          ) : (
            <EntryList
              input={queryInputOf(search, now)}
              openId={search.entry}
              onOpen={open}
              onRenew={onRenew}
            />
          )}
        </div>
      </div>
      {isComparing && search.compare && search.entry && (
        <Compare one={search.compare} other={search.entry} onClose={() => change({ compare: undefined })} />
      )}
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

/** The title with what can be done to the log and what narrows it; on a phone only once they are asked for. */
function Head({ now, hasPanel, isPhone }: { now: Date; hasPanel: boolean; isPhone: boolean }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  const isShown = !isPhone || isOpen
  return (
    <>
      <header className={classes.head}>
        <h1>{t('log.title')}</h1>
        {isPhone && (
          <div className={explorer.headEnd}>
            <Button
              size="compact-sm"
              variant={isOpen ? 'light' : 'default'}
              aria-expanded={isOpen}
              leftSection={<IconFilter size={15} aria-hidden />}
              onClick={() => setOpen(!isOpen)}
            >
              {t('log.filters')}
            </Button>
            <LiveButton />
          </div>
        )}
        {!isPhone && <Tools now={now} hasPanel={hasPanel} />}
      </header>
      {isPhone && isOpen && (
        <div className={explorer.tools}>
          <Tools now={now} hasPanel={hasPanel} hasLive={false} />
        </div>
      )}
      {isShown && <FilterBar />}
    </>
  )
}

function LiveButton() {
  const t = useT()
  const { search, change } = useFilter()
  return (
    <Button
      size="compact-sm"
      variant={search.live ? 'filled' : 'default'}
      aria-pressed={search.live ?? false}
      leftSection={<IconBroadcast size={15} aria-hidden />}
      onClick={() => change({ live: search.live ? undefined : true })}
    >
      {t('log.live.word')}
    </Button>
  )
}

function Tools({ now, hasPanel, hasLive = true }: { now: Date; hasPanel: boolean; hasLive?: boolean }) {
  const t = useT()
  const announce = useAnnounce()
  const { search } = useFilter()
  const [isPanelOpen, setPanelOpen] = useState(false)
  return (
    <div className={explorer.headEnd}>
      {!hasPanel && (
        <>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={15} aria-hidden />}
            onClick={() => setPanelOpen(true)}
          >
            {t('log.facets')}
          </Button>
          <Drawer
            opened={isPanelOpen}
            onClose={() => setPanelOpen(false)}
            title={t('log.facets')}
            size={320}
            closeButtonProps={{ 'aria-label': t('action.close') }}
          >
            <FacetPanel now={now} />
          </Drawer>
        </>
      )}
      <ExportMenu filter={filterOf(search, now)} />
      <SavedViews />
      <ZoneChoice />
      <OpenDisputeIcon size="md" about={aboutOf(search, now)} />
      <Tooltip label={t('log.share')}>
        <ActionIcon
          aria-label={t('log.share')}
          variant="default"
          onClick={() =>
            void navigator.clipboard.writeText(location.href).then(() => announce(t('log.shared')))
          }
        >
          <IconLink size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {hasLive && <LiveButton />}
    </div>
  )
}
