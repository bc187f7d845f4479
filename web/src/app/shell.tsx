import { useLocalStorage } from '@mantine/hooks'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useT } from '../i18n/index.ts'
import { setBrowserOwner } from '../shared/browser-store.ts'
import { type KeyMap, useKeys } from '../shared/keys.ts'
import { useMay, useMe } from '../shared/session.ts'
import { undoLast } from '../shared/undo.tsx'
import { useEarlyKeys } from './early-keys.ts'
import { SCREENS } from './navigation.ts'
import { Rail } from './rail.tsx'
import { useRealtime } from './realtime.ts'
import classes from './shell.module.css'
import { StandInBanner } from './stand-in-banner.tsx'
import { TopBar } from './top-bar.tsx'

const loadPalette = () => import('./palette.tsx')
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }))
const KeyHelp = lazy(async () => ({ default: (await import('./key-help.tsx')).KeyHelp }))

/** The frame around every signed-in screen. */
export function Shell() {
  const t = useT()
  const me = useMe()
  setBrowserOwner(me.agent.id)
  const [isNarrow, setNarrow] = useLocalStorage({ key: 'tracedesk.rail', defaultValue: false })
  const [overlay, setOverlay] = useState<'palette' | 'keys' | null>(null)
  useRealtime(me.position)
  useShellKeys(setOverlay)
  const takeTyped = useEarlyKeys(overlay === 'palette', () => setOverlay(null))
  // at hand before it is asked for: what is typed right after its key must not land on the page
  useEffect(() => {
    // no network at this moment: it is asked for again when it is opened
    const timer = setTimeout(() => loadPalette().catch(() => undefined), 1500)
    return () => clearTimeout(timer)
  }, [])

  return (
    <div
      className={classes.shell}
      data-narrow={isNarrow || undefined}
      data-stands-in={me.impersonation !== null || undefined}
    >
      <a className={classes.skip} href="#main">
        {t('shell.skip')}
      </a>
      <StandInBanner />
      <Rail isNarrow={isNarrow} onNarrow={() => setNarrow(!isNarrow)} onKeys={() => setOverlay('keys')} />
      <TopBar onPalette={() => setOverlay('palette')} />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        {overlay === 'palette' && <Palette takeTyped={takeTyped} onClose={() => setOverlay(null)} />}
        {overlay === 'keys' && <KeyHelp onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  )
}

function useShellKeys(open: (overlay: 'palette' | 'keys') => void) {
  const may = useMay()
  const navigate = useNavigate()
  const keys: KeyMap = { 'mod+k': () => open('palette'), '?': () => open('keys'), z: undoLast }
  for (const { key, permission, to } of SCREENS) if (may(permission)) keys[key] = () => void navigate({ to })
  useKeys(keys)
}
