import { Tooltip } from '@mantine/core'
import { IconKeyboard, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useT } from '../i18n/index.ts'
import { useMay } from '../shared/session.ts'
import { SCREENS } from './navigation.ts'
import classes from './shell.module.css'

interface RailProps {
  isNarrow: boolean
  onNarrow: () => void
  onKeys: () => void
}

/** The screens this role may open; on a phone the bar at the bottom. */
export function Rail({ isNarrow, onNarrow, onKeys }: RailProps) {
  const t = useT()
  const may = useMay()
  const CollapseIcon = isNarrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  return (
    <nav className={classes.rail} aria-label={t('nav.label')}>
      <div className={classes.brand}>
        <img src="/tracedesk.svg" alt="" />
        <span>Tracedesk</span>
      </div>
      <ul className={classes.list}>
        {SCREENS.filter(screen => may(screen.permission)).map(({ name, to, icon: Icon }) => (
          <li key={name}>
            <Tooltip label={t(`nav.${name}`)} position="right" disabled={!isNarrow}>
              <Link to={to} className={classes.link} activeProps={{ 'aria-current': 'page' }}>
                <Icon size={19} stroke={1.7} aria-hidden />
                <span className={classes.word}>{t(`nav.${name}`)}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
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
