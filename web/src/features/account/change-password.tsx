import { Button, PasswordInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { useMe } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './account.module.css'

export function ChangePassword() {
  const t = useT()
  const me = useMe()
  const announce = useAnnounce()
  const form = useForm({
    initialValues: { current: '', password: '' },
    validate: {
      current: value => (value ? null : t('check.required')),
      password: value => (value.length < 10 ? t('check.passwordLength', { min: 10 }) : null),
    },
  })
  const change = useCommand('agent.change_password', {
    announce: false,
    changes: [['session.list'], ['session.history']],
    onDone: () => {
      form.reset()
      announce(t('account.passwordChanged'))
    },
  })
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit(values => change.mutate(values))}>
      {/* Password managers store the pair. */}
      <input type="hidden" autoComplete="username" value={me.agent.email} readOnly />
      <PasswordInput
        label={t('account.current')}
        autoComplete="current-password"
        {...form.getInputProps('current')}
      />
      <PasswordInput
        label={t('account.next')}
        description={t('account.passwordText')}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <Failure error={change.error} />
      <Button type="submit" size="xs" loading={change.isPending}>
        {t('account.changePassword')}
      </Button>
    </form>
  )
}
