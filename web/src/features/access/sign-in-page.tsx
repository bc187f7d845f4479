import { Alert, Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { codeOf } from '../../shared/api.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './access.module.css'
import { AccessFrame } from './access-frame.tsx'
import { useChecks } from './checks.ts'
import { useEnter } from './use-enter.ts'

const startOf = (to: string | undefined) => `/api/oidc.start${to ? `?${new URLSearchParams({ to })}` : ''}`

export function SignInPage() {
  const t = useT()
  const { required } = useChecks()
  const enter = useEnter()
  const words = useWords()
  const { to, error } = useSearch({ from: '/sign-in' })
  const setup = useQuery(queryOf('setup.state', {}))
  const offer = useQuery(queryOf('oidc.offer', {}))
  const signIn = useCommand('session.sign_in', { announce: false, onDone: enter })
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '', code: '' },
    validate: { email: required, password: required },
  })
  // once a code was asked for, the field stays
  const [asksCode, setAsksCode] = useState(false)
  if (!asksCode && signIn.error && codeOf(signIn.error) === 'session.code_required') setAsksCode(true)
  return (
    <AccessFrame title={t('access.signIn.title')} text={t('access.signIn.text')}>
      <form
        className={classes.form}
        onSubmit={form.onSubmit(({ code, ...values }) =>
          signIn.mutate(code.trim() ? { ...values, code: code.trim() } : values),
        )}
        noValidate
      >
        {error && <Alert color="red">{words(`error.${error}`, error)}</Alert>}
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
        {asksCode && (
          <TextInput
            label={t('access.signIn.code')}
            description={t('access.signIn.codeText')}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={20}
            autoFocus
            {...form.getInputProps('code')}
          />
        )}
        {signIn.error && !(asksCode && codeOf(signIn.error) === 'session.code_required') && (
          <Failure error={signIn.error} />
        )}
        <Button type="submit" size="md" loading={signIn.isPending}>
          {t('access.signIn.do')}
        </Button>
        {offer.data?.label && (
          <Button component="a" variant="default" size="md" href={startOf(to)}>
            {t('access.signIn.with', { label: offer.data.label })}
          </Button>
        )}
      </form>
    </AccessFrame>
  )
}
