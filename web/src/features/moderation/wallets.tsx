import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './checks.module.css'

/** Wallet addresses that messages may name. */
export function Wallets() {
  const t = useT()
  const may = useMay()
  const [address, setAddress] = useState('')
  const [name, setName] = useState('')
  const changes = [['wallet.list']]
  const wallets = useQuery(queryOf('wallet.list', {}))
  const allow = useCommand('wallet.allow', {
    announce: false,
    changes,
    onDone: () => {
      setAddress('')
      setName('')
    },
  })
  const disallow = useCommand('wallet.disallow', { changes })
  return (
    <section className={classes.section}>
      <h2>{t('replies.wallets')}</h2>
      {wallets.data?.items.length === 0 && <p>{t('replies.walletsEmpty')}</p>}
      <ul className={classes.list}>
        {wallets.data?.items.map(wallet => (
          <li key={wallet.id}>
            <div>
              <b>{wallet.name}</b> <small>{t(`value.${wallet.network}`)}</small>
              <p>
                <code>{wallet.address}</code>
              </p>
            </div>
            {may('wallet.disallow') && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                disabled={disallow.isPending}
                onClick={() => disallow.mutate({ walletId: wallet.id })}
              >
                {t('replies.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may('wallet.allow') && (
        <form
          onSubmit={event => {
            event.preventDefault()
            allow.mutate({ address: address.trim(), name: name.trim() })
          }}
        >
          <TextInput
            size="xs"
            required
            label={t('replies.address')}
            minLength={20}
            maxLength={120}
            value={address}
            onChange={event => setAddress(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            required
            label={t('replies.walletName')}
            maxLength={80}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <Failure error={allow.error} />
          <Button mt={8} size="xs" type="submit" variant="default" loading={allow.isPending}>
            {t('replies.allow')}
          </Button>
        </form>
      )}
    </section>
  )
}
