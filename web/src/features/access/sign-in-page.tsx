import { Alert, Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './access.module.css'
import { AccessFrame } from './access-frame.tsx'
import { useChecks } from './checks.ts'
import { useEnter } from './use-enter.ts'

export function SignInPage() {
  const t = useT()
  const { required } = useChecks()
  const enter = useEnter()
  const setup = useQuery(queryOf('setup.state', {}))
  const signIn = useCommand('session.sign_in', { announce: false, onDone: enter })
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: required, password: required },
  })
  return (
    <AccessFrame title={t('access.signIn.title')} text={t('access.signIn.text')}>
      <form className={classes.form} onSubmit={form.onSubmit(values => signIn.mutate(values))} noValidate>
        {setup.data?.needed && <Alert color="yellow">{t('access.signIn.unclaimed')}</Alert>}
        <TextInput
          label={t('access.email')}
          type="email"
          autoComplete="username"
          data-autofocus
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('access.password')}
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        <Failure error={signIn.error} />
        <Button type="submit" size="md" loading={signIn.isPending}>
          {t('access.signIn.do')}
        </Button>
      </form>
    </AccessFrame>
  )
}
