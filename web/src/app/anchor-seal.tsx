import { Tooltip } from '@mantine/core'
import { IconShieldCheck, IconShieldExclamation, IconShieldOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useT } from '../i18n/index.ts'
import { useLedgerSeal } from '../shared/ledger-seal.ts'
import { Ago } from '../shared/ui/time.tsx'
import classes from './shell.module.css'

const ICONS = { good: IconShieldCheck, warn: IconShieldExclamation, bad: IconShieldOff } as const

/** Whether the log is in order, and how old the newest confirmation from outside is. Opens Proof. */
export function AnchorSeal() {
  const t = useT()
  const seal = useLedgerSeal()
  if (!seal) return null
  const { colour, causes, anchoredAt } = seal
  const Icon = ICONS[colour]
  const [worst] = causes
  const words = t(worst ? `proof.cause.${worst}` : 'proof.inOrder')
  return (
    <Tooltip label={words} multiline w={270}>
      <Link to="/proof" className={classes.anchorSeal} data-state={colour}>
        <Icon size={18} stroke={1.8} aria-hidden />
        <span className="visually-hidden">{words}</span>
        <span className={classes.anchorAge}>
          {colour === 'bad' ? (
            t('proof.alarm')
          ) : anchoredAt ? (
            <Ago at={anchoredAt} />
          ) : (
            t('proof.neverConfirmed')
          )}
        </span>
      </Link>
    </Tooltip>
  )
}
