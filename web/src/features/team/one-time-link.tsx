import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { Dialog } from '../../shared/ui/dialog.tsx'
import classes from './team.module.css'

/** A link that works once; nobody can show it a second time. */
export interface OneTime {
  name: string
  token: string
  expiresAt: string
}

export function OneTimeLink({ link, onClose }: { link: OneTime; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const address = new URL(`/invitation?${new URLSearchParams({ token: link.token })}`, location.origin)
  return (
    <Dialog onClose={onClose} title={t('team.linkTitle')} closeOnClickOutside={false}>
      <p className={classes.text}>
        {t('team.linkText', { name: link.name, at: format.exact(link.expiresAt) })}
      </p>
      <CopyField value={address.href} label={t('team.link')} />
    </Dialog>
  )
}
