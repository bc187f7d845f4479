import { Button, PasswordInput, Skeleton } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import classes from './access.module.css'
import { AccessFrame } from './access-frame.tsx'
import { useChecks } from './checks.ts'
import { useEnter } from './use-enter.ts'

/** `/invitation?token=…`: choose a password with an invitation or reset link. */
export function InvitationPage() {
  const t = useT()
  const { token = '' } = useSearch({ from: '/invitation' })
  const invitation = useQuery({ ...queryOf('invitation.get', { token }), enabled: token !== '' })
  if (invitation.data) return <PasswordForm token={token} invitation={invitation.data} />
  return (
    <AccessFrame title="Tracedesk" text={token ? '' : t('access.invitation.noToken')}>
      <div className={classes.form}>
        {invitation.isPending && token && <Skeleton height={120} aria-label={t('face.loading')} />}
        <Failure error={invitation.error} />
        <LinkButton to="/sign-in" variant="default">
          {t('access.back')}
        </LinkButton>
      </div>
    </AccessFrame>
  )
}

function PasswordForm({ token, invitation }: { token: string; invitation: QueryOutput<'invitation.get'> }) {
  const t = useT()
  const { password } = useChecks()
  const enter = useEnter()
  const accept = useCommand('agent.accept_invitation', { announce: false, onDone: enter })
  const form = useForm({ mode: 'uncontrolled', initialValues: { password: '' }, validate: { password } })
  const { name, email, workspace, kind } = invitation
  return (
    <AccessFrame
      title={t('access.invitation.title', { name })}
      text={t(kind === 'reset' ? 'access.invitation.textReset' : 'access.invitation.text', { workspace })}
    >
      <form
        className={classes.form}
        onSubmit={form.onSubmit(values => accept.mutate({ token, ...values }))}
        noValidate
      >
        {/* Password managers store the pair. */}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <p className={classes.text}>{t('access.invitation.for', { email })}</p>
        <PasswordInput
          label={t('access.password')}
          description={t('access.passwordHint')}
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <Failure error={accept.error} />
        <Button type="submit" size="md" loading={accept.isPending}>
          {t('access.invitation.accept')}
        </Button>
      </form>
    </AccessFrame>
  )
}
