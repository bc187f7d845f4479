import { Menu, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import {
  IconDots,
  IconKeyboard,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
} from '@tabler/icons-react'
import { Link, useLocation } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useT } from '../i18n/index.ts'
import { useMay } from '../shared/session.ts'
import { GROUPS, SCREENS } from './navigation.ts'
import classes from './shell.module.css'

interface RailProps {
  isNarrow: boolean
  onNarrow: () => void
  onKeys: () => void
}

/** So many screens have a place of their own in a phone's bar; the others are one touch further. */
const PHONE_PLACES = 4
type Screens = readonly (typeof SCREENS)[number][]

/** The screens this role may open; on a phone the bar at the bottom. */
export function Rail({ isNarrow, onNarrow, onKeys }: RailProps) {
  const t = useT()
  const may = useMay()
  const isPhone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const screens = SCREENS.filter(screen => may(screen.permission))
  const isGrouped = isPhone && screens.length > PHONE_PLACES + 1
  const CollapseIcon = isNarrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  return (
    <nav className={classes.rail} aria-label={t('nav.label')}>
      <div className={classes.brand}>
        <img src="/tracedesk.svg" alt="" />
        <span>Tracedesk</span>
      </div>
      {isPhone ? (
        <ul className={classes.list}>
          <Places screens={isGrouped ? screens.slice(0, PHONE_PLACES) : screens} isNarrow={false} />
          {isGrouped && <MoreScreens screens={screens.slice(PHONE_PLACES)} />}
        </ul>
      ) : (
        <div className={classes.groups}>
          {groupsOf(screens).map(([group, places]) => (
            <ul key={group} className={classes.group} aria-label={t(`nav.group.${group}`)}>
              <Places screens={places} isNarrow={isNarrow} />
            </ul>
          ))}
        </div>
      )}
      <span className={classes.spacer} />
      <button type="button" className={`${classes.link} ${classes.wideOnly}`} onClick={onKeys}>
        <IconKeyboard size={19} stroke={1.7} aria-hidden />
        <span className={classes.word}>{t('keys.title')}</span>
      </button>
      <button
        type="button"
        className={`${classes.link} ${classes.wideOnly}`}
        onClick={onNarrow}
        aria-expanded={!isNarrow}
      >
        <CollapseIcon size={19} stroke={1.7} aria-hidden />
        <span className={classes.word}>{t(isNarrow ? 'nav.expand' : 'nav.collapse')}</span>
      </button>
    </nav>
  )
}

/** Screens by the group they belong to, without groups of which this role may open nothing. */
const groupsOf = (screens: Screens) =>
  GROUPS.map(group => [group, screens.filter(screen => screen.group === group)] as const).filter(
    ([, places]) => places.length > 0,
  )

function Places({ screens, isNarrow }: { screens: Screens; isNarrow: boolean }) {
  const t = useT()
  return screens.map(({ name, to, icon: Icon }) => (
    <li key={name}>
      <Tooltip label={t(`nav.${name}`)} position="right" disabled={!isNarrow}>
        <Link to={to} className={classes.link} activeProps={{ 'aria-current': 'page' }}>
          <Icon size={19} stroke={1.7} aria-hidden />
          <span className={classes.word}>{t(`nav.${name}`)}</span>
        </Link>
      </Tooltip>
    </li>
  ))
}

/** What has no place in a phone's bar. */
function MoreScreens({ screens }: { screens: Screens }) {
  const t = useT()
  const { pathname } = useLocation()
  const isHere = screens.some(({ to }) => pathname.startsWith(to))
  return (
    <li>
      <Menu position="top-end" width={220}>
        <Menu.Target>
          <button type="button" className={classes.link} aria-current={isHere ? 'page' : undefined}>
            <IconDots size={19} stroke={1.7} aria-hidden />
            <span className={classes.word}>{t('nav.more')}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {groupsOf(screens).map(([group, places]) => (
            <Fragment key={group}>
              <Menu.Label>{t(`nav.group.${group}`)}</Menu.Label>
              {places.map(({ name, to, icon: Icon }) => (
                <Menu.Item
                  key={name}
                  component={Link}
                  to={to}
                  leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                >
                  {t(`nav.${name}`)}
                </Menu.Item>
              ))}
            </Fragment>
          ))}
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}
