import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useT } from '../../i18n/index.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './bots.module.css'

interface TokenFormProps {
  title: string
  hint: string
  submit: string
  asksName: boolean
  isBusy: boolean
  error: unknown
  onSubmit: (values: { token: string; name: string }) => void
  onClose: () => void
}

/** Asks for a bot token. It is sent and forgotten; the field never shows one that is stored. */
export function TokenForm(props: TokenFormProps) {
  const t = useT()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { token: '', name: '' },
    validate: { token: value => (value.trim() ? null : t('check.required')) },
  })
  return (
    <Dialog onClose={props.onClose} title={props.title}>
      <form
        className={classes.form}
        noValidate
        onSubmit={form.onSubmit(({ token, name }) =>
          props.onSubmit({ token: token.trim(), name: name.trim() }),
        )}
      >
        <PasswordInput
          label={t('bots.token')}
          description={props.hint}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('token')}
        />
        {props.asksName && (
          <TextInput
            label={t('bots.name')}
            description={t('bots.nameHint')}
            maxLength={80}
            {...form.getInputProps('name')}
          />
        )}
        <Failure error={props.error} />
        <Button type="submit" loading={props.isBusy}>
          {props.submit}
        </Button>
      </form>
    </Dialog>
  )
}
