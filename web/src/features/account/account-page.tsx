import { Alert } from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import { Serving } from '../../shared/access/serving.tsx'
import { SessionsList } from '../../shared/access/sessions-list.tsx'
import { SignInHistory } from '../../shared/access/sign-in-history.tsx'
import { useMay, useMe } from '../../shared/session.ts'
import { Page } from '../../shared/ui/page.tsx'
import classes from './account.module.css'
import { ChangePassword } from './change-password.tsx'
import { Notices } from './notices.tsx'
import { TwoFactor } from './two-factor.tsx'

/** One's own access: password, second factor, sessions, sign-ins. */
export function AccountPage() {
  const t = useT()
  const me = useMe()
  const may = useMay()
  return (
    <Page title={t('account.title')} text={t('account.text')}>
      {me.mustEnrol && (
        <Alert color="yellow" mb="lg" maw={640}>
          {t('account.mustEnrol')}
        </Alert>
      )}
      <section className={classes.section}>
        <h2>{t('account.twoFactor')}</h2>
        <TwoFactor />
      </section>
      {!me.mustEnrol && (
        <section className={classes.section}>
          <h2>{t('account.password')}</h2>
          <ChangePassword />
        </section>
      )}
      {may('agent.set_serving') && !me.mustEnrol && (
        <section className={classes.section}>
          <h2>{t('team.access.serving')}</h2>
          <Serving agentId={me.agent.id} serving={me.serving} />
        </section>
      )}
      {!me.mustEnrol && (
        <section className={classes.section}>
          <h2>{t('account.notices.title')}</h2>
          <Notices />
        </section>
      )}
      <section className={classes.section}>
        <h2>{t('account.sessions')}</h2>
        <SessionsList mayEnd />
      </section>
      <section className={classes.section}>
        <h2>{t('account.history')}</h2>
        <p className={classes.text}>{t('account.historyText')}</p>
        <SignInHistory />
      </section>
    </Page>
  )
}
