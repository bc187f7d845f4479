import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './settings.module.css'

type Provider = QueryOutput<'oidc.get'>['provider']
const CHANGES = [['oidc.get'], ['oidc.offer']]

/** Where people may sign in beside here. */
export function OidcSection() {
  const t = useT()
  const state = useQuery(queryOf('oidc.get', {}))
  return (
    <section className={classes.group}>
      <h2>{t('settings.oidc.title')}</h2>
      <p className={classes.note}>
        {t('settings.oidc.text', { address: `${location.origin}/api/oidc.callback` })}
      </p>
      {state.isPending && <RowsSkeleton rows={1} />}
      {state.isError && !state.data && <ErrorFace error={state.error} retry={() => void state.refetch()} />}
      {state.data && <ProviderForm key={JSON.stringify(state.data)} provider={state.data.provider} />}
    </section>
  )
}

function ProviderForm({ provider }: { provider: Provider }) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const [draft, setDraft] = useState({
    issuer: provider?.issuer ?? '',
    clientId: provider?.clientId ?? '',
    label: provider?.label ?? '',
    clientSecret: '',
  })
  const onDone = () => announce(t('settings.changed'))
  const configure = useCommand('oidc.configure', { announce: false, changes: CHANGES, onDone })
  const remove = useCommand('oidc.remove', { changes: CHANGES, onDone })
  const field = (name: keyof typeof draft) => ({
    size: 'xs' as const,
    disabled: !may('oidc.configure'),
    value: draft[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  })
  return (
    <form
      className={classes.provider}
      onSubmit={event => {
        event.preventDefault()
        const { clientSecret, ...rest } = draft
        configure.mutate(clientSecret ? { ...rest, clientSecret } : rest)
      }}
    >
      <TextInput
        label={t('settings.oidc.issuer')}
        placeholder="https://id.example.com"
        type="url"
        required
        {...field('issuer')}
      />
      <TextInput label={t('settings.oidc.clientId')} required {...field('clientId')} />
      <PasswordInput
        label={t('settings.oidc.secret')}
        autoComplete="off"
        {...(provider?.hasSecret && { description: t('settings.oidc.keep') })}
        {...field('clientSecret')}
      />
      <TextInput label={t('settings.oidc.label')} required maxLength={60} {...field('label')} />
      <Failure error={configure.error} />
      {may('oidc.configure') && (
        <div className={classes.control}>
          <Button type="submit" size="xs" loading={configure.isPending}>
            {t('action.save')}
          </Button>
          {provider && (
            <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate({})}>
              {t('settings.oidc.remove')}
            </Button>
          )}
        </div>
      )}
    </form>
  )
}
