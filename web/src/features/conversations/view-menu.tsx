import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconBookmark,
  IconBuilding,
  IconCheck,
  IconCircleCheck,
  IconLayoutList,
  IconMail,
  IconRobot,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import classes from './inbox.module.css'
import { filterOf, type InboxSearch, isSameFilter, searchOf } from './inbox-search.ts'
import { LabelDot } from './label-dot.tsx'
import { SavedViews } from './saved-views.tsx'

const ICON = { size: 16, stroke: 1.7, 'aria-hidden': true } as const

/** Every further view of the inbox: of departments, bots, labels, and those under a name. */
export function ViewMenu() {
  const t = useT()
  const may = useMay()
  const [isManaging, setManaging] = useState(false)
  const search = useSearch({ from: '/shell/inbox' })
  const navigate = useNavigate()
  const saved = useQuery(queryOf('inbox_view.list', {}))
  const show = (next: InboxSearch) => void navigate({ to: '.', search: next, replace: true })
  const item = (key: string, next: InboxSearch, icon: ReactNode, words: ReactNode) => (
    <Menu.Item
      key={key}
      leftSection={icon}
      rightSection={isSameFilter(filterOf(search), filterOf(next)) && <IconCheck {...ICON} />}
      onClick={() => show(next)}
    >
      {words}
    </Menu.Item>
  )
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Tooltip label={t('inbox.view.more')}>
            <ActionIcon aria-label={t('inbox.view.more')} size={30}>
              <IconLayoutList size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown className={classes.viewMenu}>
          {item(
            'departments',
            { view: 'departments' },
            <IconBuilding {...ICON} />,
            t('inbox.view.departments'),
          )}
          {item('unread', { view: 'mine', unread: '1' }, <IconMail {...ICON} />, t('inbox.view.unread'))}
          {item(
            'resolved',
            { view: 'all', status: 'resolved' },
            <IconCircleCheck {...ICON} />,
            t('status.resolved'),
          )}
          <Menu.Label>{t('inbox.view.saved')}</Menu.Label>
          {saved.data?.items.map(view =>
            item(view.id, searchOf(view.filter), <IconBookmark {...ICON} />, <bdi>{view.name}</bdi>),
          )}
          <Menu.Item onClick={() => setManaging(true)}>{t('inbox.view.manage')}</Menu.Item>
          {may('bot.view') && <ByBot item={item} />}
          <ByLabel item={item} />
        </Menu.Dropdown>
      </Menu>
      {isManaging && <SavedViews onClose={() => setManaging(false)} onShow={show} />}
    </>
  )
}

type ItemOf = (key: string, next: InboxSearch, icon: ReactNode, words: ReactNode) => ReactNode

function ByBot({ item }: { item: ItemOf }) {
  const t = useT()
  const bots = useQuery(queryOf('bot.list', {}))
  const items = bots.data?.items ?? []
  if (items.length === 0) return null
  return (
    <>
      <Menu.Label>{t('side.bot')}</Menu.Label>
      {items.map(bot =>
        item(bot.id, { view: 'all', bot: bot.id }, <IconRobot {...ICON} />, <bdi>{bot.name}</bdi>),
      )}
    </>
  )
}

function ByLabel({ item }: { item: ItemOf }) {
  const t = useT()
  const labels = useQuery(queryOf('label.list', {}))
  const items = labels.data?.items ?? []
  if (items.length === 0) return null
  return (
    <>
      <Menu.Label>{t('side.labels')}</Menu.Label>
      {items.map(label =>
        item(label.id, { view: 'all', status: 'any', label: label.id }, null, <LabelDot label={label} />),
      )}
    </>
  )
}
