import { useT } from '../i18n/index.ts'
import { MOD_LABEL } from '../shared/keys.ts'
import { useMay } from '../shared/session.ts'
import { Dialog } from '../shared/ui/dialog.tsx'
import { SCREENS } from './navigation.ts'
import classes from './overlays.module.css'

const INBOX_KEYS = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['r', 'reply'],
  ['ArrowUp', 'editLast'],
  ['n', 'note'],
  ['a', 'assign'],
  ['t', 'handOver'],
  ['e', 'resolve'],
  ['l', 'label'],
  ['x', 'choose'],
  ['/', 'search'],
  ['Escape', 'back'],
] as const

/** All keys on one page. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const t = useT()
  const may = useMay()
  return (
    <Dialog onClose={onClose} title={t('keys.title')} size="lg">
      <div className={classes.columns}>
        <section>
          <h3 className={classes.heading}>{t('keys.everywhere')}</h3>
          <dl className={classes.keys}>
            <Key keys={`${MOD_LABEL} K`} does={t('palette.open')} />
            <Key keys="?" does={t('keys.title')} />
            <Key keys="z" does={t('keys.undo')} />
            {SCREENS.filter(({ permission }) => may(permission)).map(({ key, name }) => (
              <Key key={name} keys={key} does={t(`nav.${name}`)} />
            ))}
          </dl>
        </section>
        <section>
          <h3 className={classes.heading}>{t('nav.inbox')}</h3>
          <dl className={classes.keys}>
            {INBOX_KEYS.map(([key, name]) => (
              <Key key={key} keys={key} does={t(`keys.${name}`)} />
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  )
}

function Key({ keys, does }: { keys: string; does: string }) {
  return (
    <div className={classes.key}>
      <dt>
        {keys.split(' ').map(key => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  )
}
