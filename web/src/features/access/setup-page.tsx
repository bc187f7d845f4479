import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import classes from './access.module.css'
import { AccessFrame } from './access-frame.tsx'
import { useChecks } from './checks.ts'
import { FirstBot } from './first-bot.tsx'

/** `/setup?token=…`: the owner, then the first bot. */
export function SetupPage() {
  const t = useT()
  const { token } = useSearch({ from: '/setup' })
  const setup = useQuery(queryOf('setup.state', {}))
  const [isOwned, setOwned] = useState(false)
  if (isOwned) return <FirstBot />
  if (setup.data && !setup.data.needed) return <NoWay text={t('access.setup.done')} />
  if (!token) return <NoWay text={t('access.setup.noToken')} />
  return <OwnerForm token={token} onDone={() => setOwned(true)} />
}

function NoWay({ text }: { text: string }) {
  const t = useT()
  return (
    <AccessFrame title={t('access.setup.title')} text={text}>
      <LinkButton to="/sign-in" variant="default" fullWidth>
        {t('access.back')}
      </LinkButton>
    </AccessFrame>
  )
}

function OwnerForm({ token, onDone }: { token: string; onDone: () => void }) {
  const t = useT()
  const { required, email, password } = useChecks()
  const complete = useCommand('setup.complete', { announce: false, onDone })
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { workspace: '', name: '', email: '', password: '' },
    validate: { workspace: required, name: required, email, password },
  })
  return (
    <AccessFrame title={t('access.setup.title')} text={t('access.setup.text')}>
      <form
        className={classes.form}
        onSubmit={form.onSubmit(values => complete.mutate({ token, ...values }))}
        noValidate
      >
        <TextInput
          label={t('access.workspace')}
          description={t('access.workspaceHint')}
          autoComplete="organization"
          maxLength={80}
          autoFocus
          {...form.getInputProps('workspace')}
        />
        <TextInput
          label={t('access.name')}
          description={t('access.nameHint')}
          autoComplete="name"
          maxLength={80}
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('access.email')}
          type="email"
          autoComplete="username"
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('access.password')}
          description={t('access.passwordHint')}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Failure error={complete.error} />
        <Button type="submit" size="md" loading={complete.isPending}>
          {t('access.setup.finish')}
        </Button>
      </form>
    </AccessFrame>
  )
}
