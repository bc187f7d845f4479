import { Link } from '@tanstack/react-router'
import { useT } from '../../i18n/index.ts'
import { useMay } from '../../shared/session.ts'
import classes from './team.module.css'

const PAGES = [
  { name: 'people', to: '/team', permission: 'team.view' },
  { name: 'roles', to: '/team/roles', permission: 'team.view' },
  { name: 'review', to: '/team/review', permission: 'access.review' },
  { name: 'tokens', to: '/team/tokens', permission: 'setting.view' },
] as const

/** The pages about people and what they may. */
export function TeamNav() {
  const t = useT()
  const may = useMay()
  return (
    <nav className={classes.nav} aria-label={t('team.title')}>
      {PAGES.filter(page => may(page.permission)).map(({ name, to }) => (
        <Link key={name} to={to} activeOptions={{ exact: true }} activeProps={{ 'aria-current': 'page' }}>
          {t(`team.page.${name}`)}
        </Link>
      ))}
    </nav>
  )
}
