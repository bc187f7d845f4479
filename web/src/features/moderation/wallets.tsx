import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import classes from '../../shared/kept-list.module.css'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'

const CHANGES = [['wallet.list']]

/** Wallet addresses that messages may name. */
export function Wallets() {
  const t = useT()
  const may = useMay()
  const found = useQuery(queryOf('wallet.list', {}))
  const disallow = useCommand('wallet.disallow', { announce: false, changes: CHANGES })
  return (
    <KeptList
      title={t('replies.wallets')}
      empty={t('replies.walletsEmpty')}
      found={found}
      nameOf={wallet => wallet.name}
      row={wallet => (
        <>
          <b>{wallet.name}</b> <small>{t(`value.${wallet.network}`)}</small>
          <p>
            <code>{wallet.address}</code>
          </p>
        </>
      )}
      removal={
        may('wallet.disallow')
          ? {
              goes: t('replies.walletGoes'),
              isBusy: disallow.isPending,
              error: disallow.error,
              run: ({ id }, done) => disallow.mutate({ walletId: id }, done),
            }
          : undefined
      }
    >
      {may('wallet.allow') && <AllowWallet />}
    </KeptList>
  )
}

function AllowWallet() {
  const t = useT()
  const [address, setAddress] = useState('')
  const [name, setName] = useState('')
  const allow = useCommand('wallet.allow', {
    announce: false,
    changes: CHANGES,
    onDone: () => {
      setAddress('')
      setName('')
    },
  })
  return (
    <>
      <form
        className={classes.form}
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
        <Button size="xs" type="submit" variant="default" loading={allow.isPending}>
          {t('replies.allow')}
        </Button>
      </form>
      <Failure error={allow.error} />
    </>
  )
}
