import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './account.module.css'
import { QrCode } from './qr-code.tsx'

const CHANGES = [['two_factor.state'], ['session.me'], ['session.history']]
const CODE = { inputMode: 'numeric', autoComplete: 'one-time-code', maxLength: 20 } as const

/** One's second factor: set up, in use, or taken off; recovery codes are shown when they are made, and never again. */
export function TwoFactor() {
  const t = useT()
  const state = useQuery(queryOf('two_factor.state', {}))
  const [step, setStep] = useState<'setup' | 'off' | 'renew' | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  if (state.isPending) return <RowsSkeleton rows={1} />
  if (!state.data) return <ErrorFace error={state.error} retry={() => void state.refetch()} />
  const { enabledAt, codesLeft, isRequired } = state.data
  const done = (made: string[] | null) => {
    setStep(null)
    setCodes(made)
  }
  if (codes) return <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />
  if (step === 'setup') return <SetUp onDone={done} onCancel={() => setStep(null)} />
  if (step === 'off') return <TakeOff onDone={() => done(null)} onCancel={() => setStep(null)} />
  if (step === 'renew') return <Renew onDone={done} onCancel={() => setStep(null)} />
  if (enabledAt === null)
    return (
      <>
        <p className={classes.text}>{t('account.twoFactorText')}</p>
        <Button size="xs" onClick={() => setStep('setup')}>
          {t('account.setUp')}
        </Button>
      </>
    )
  return (
    <>
      <p className={classes.text}>
        <span className={classes.inUse}>{t('account.inUse')}</span>
        <Time at={enabledAt} show="exact" /> · {t('account.codesLeft', { count: codesLeft })}
      </p>
      <div className={classes.buttons}>
        <Button size="xs" variant="default" onClick={() => setStep('renew')}>
          {t('account.renewCodes')}
        </Button>
        {!isRequired && (
          <Button size="xs" variant="default" onClick={() => setStep('off')}>
            {t('account.takeOff')}
          </Button>
        )}
      </div>
    </>
  )
}

function SetUp({ onDone, onCancel }: { onDone: (codes: string[]) => void; onCancel: () => void }) {
  const t = useT()
  const [code, setCode] = useState('')
  // a proposal is good until the page is left; asking anew would change it under the reader's camera
  const proposal = useQuery({ ...queryOf('two_factor.propose', {}), staleTime: Infinity, gcTime: 0 })
  const enable = useCommand('two_factor.enable', {
    announce: false,
    changes: CHANGES,
    onDone: ({ recoveryCodes }) => onDone(recoveryCodes),
  })
  if (proposal.isPending) return <RowsSkeleton rows={2} />
  if (!proposal.data) return <ErrorFace error={proposal.error} retry={() => void proposal.refetch()} />
  const { secret, uri } = proposal.data
  return (
    <div className={classes.setup}>
      <div className={classes.qr}>
        <QrCode text={uri} label={t('account.qr')} />
      </div>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          enable.mutate({ secret, code: code.trim() })
        }}
      >
        <p className={classes.text}>{t('account.scan')}</p>
        <CopyField value={secret} label={t('account.secret')} />
        <TextInput
          label={t('account.code')}
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
          data-autofocus
          {...CODE}
        />
        <Failure error={enable.error} />
        <div className={classes.buttons}>
          <Button type="submit" size="xs" disabled={code.trim().length < 6} loading={enable.isPending}>
            {t('account.confirmCode')}
          </Button>
          <Button size="xs" variant="default" onClick={onCancel}>
            {t('action.cancel')}
          </Button>
        </div>
      </form>
    </div>
  )
}

function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useT()
  return (
    <>
      <p className={classes.text}>{t('account.codesText')}</p>
      <ul className={classes.codes}>
        {codes.map(code => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyField value={codes.join(' ')} label={t('account.codes')} />
      <Button mt="sm" size="xs" onClick={onKept}>
        {t('account.codesKept')}
      </Button>
    </>
  )
}

function TakeOff({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const t = useT()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const disable = useCommand('two_factor.disable', { announce: false, changes: CHANGES, onDone })
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        disable.mutate({ password, code: code.trim() })
      }}
    >
      <PasswordInput
        label={t('account.current')}
        autoComplete="current-password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      <TextInput
        label={t('account.code')}
        value={code}
        onChange={event => setCode(event.currentTarget.value)}
        {...CODE}
      />
      <Failure error={disable.error} />
      <div className={classes.buttons}>
        <Button
          type="submit"
          size="xs"
          color="red.8"
          disabled={!password || code.trim().length < 6}
          loading={disable.isPending}
        >
          {t('account.takeOff')}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  )
}

function Renew({ onDone, onCancel }: { onDone: (codes: string[]) => void; onCancel: () => void }) {
  const t = useT()
  const [code, setCode] = useState('')
  const renew = useCommand('two_factor.renew_codes', {
    announce: false,
    changes: CHANGES,
    onDone: ({ recoveryCodes }) => onDone(recoveryCodes),
  })
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        renew.mutate({ code: code.trim() })
      }}
    >
      <TextInput
        label={t('account.code')}
        value={code}
        onChange={event => setCode(event.currentTarget.value)}
        {...CODE}
      />
      <Failure error={renew.error} />
      <div className={classes.buttons}>
        <Button type="submit" size="xs" disabled={code.trim().length < 6} loading={renew.isPending}>
          {t('account.renewCodes')}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  )
}
