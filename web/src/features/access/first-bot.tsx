import { Button, PasswordInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './access.module.css'
import { AccessFrame } from './access-frame.tsx'
import { useChecks } from './checks.ts'
import { useEnter } from './use-enter.ts'

/** The second step of set-up. Skipping it loses nothing: Bots offers the same. */
export function FirstBot() {
  const t = useT()
  const { required } = useChecks()
  const enter = useEnter()
  const connect = useCommand('bot.connect', { announce: false, onDone: enter })
  const form = useForm({ mode: 'uncontrolled', initialValues: { token: '' }, validate: { token: required } })
  return (
    <AccessFrame title={t('access.bot.title')} text={t('access.bot.text')}>
      <form
        className={classes.form}
        onSubmit={form.onSubmit(({ token }) => connect.mutate({ token: token.trim() }))}
        noValidate
      >
        <PasswordInput
          label={t('bots.token')}
          description={t('access.bot.how')}
          autoComplete="off"
          autoFocus
          {...form.getInputProps('token')}
        />
        <Failure error={connect.error} />
        <Button type="submit" size="md" loading={connect.isPending}>
          {t('bots.connect')}
        </Button>
        <Button variant="subtle" color="gray" onClick={enter}>
          {t('action.skip')}
        </Button>
      </form>
    </AccessFrame>
  )
}
