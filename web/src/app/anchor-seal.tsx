import { Tooltip } from '@mantine/core'
import { IconShieldCheck, IconShieldExclamation, IconShieldOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../i18n/index.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { Ago } from '../shared/ui/time.tsx'
import classes from './shell.module.css'

const LOOK_MS = 60_000

type State = 'good' | 'overdue' | 'none' | 'bad'
const ICONS = {
  good: IconShieldCheck,
  overdue: IconShieldExclamation,
  none: IconShieldExclamation,
  bad: IconShieldOff,
} as const

/** How old the newest confirmation from outside is: what came after it rests on this installation alone. Opens Proof. */
export function AnchorSeal() {
  const t = useT()
  const may = useMay()
  const fresh = { enabled: may('ledger.view'), refetchInterval: LOOK_MS }
  const anchors = useQuery({ ...queryOf('ledger.anchors', {}), ...fresh })
  const ledger = useQuery({ ...queryOf('ledger.state', {}), ...fresh })
  if (!anchors.data || !ledger.data) return null
  const state = stateOf(anchors.data.items, ledger.data)
  const newest = newestOf(anchors.data.items)
  const Icon = ICONS[state]
  return (
    <Tooltip label={t(`anchorSeal.${state}`)} multiline w={270}>
      <Link to="/proof" className={classes.anchorSeal} data-state={state}>
        <Icon size={18} stroke={1.8} aria-hidden />
        <span className="visually-hidden">{t(`anchorSeal.${state}`)}</span>
        <span className={classes.anchorAge}>{newest ? <Ago at={newest} /> : t('anchorSeal.never')}</span>
      </Link>
    </Tooltip>
  )
}

type Items = QueryOutput<'ledger.anchors'>['items']

function stateOf(items: Items, ledger: QueryOutput<'ledger.state'>): State {
  const { last } = ledger.verification
  if (ledger.signerProblem !== null || (last !== null && last.verdict !== 'ok')) return 'bad'
  if (items.length === 0) return 'none'
  return items.some(({ overdue, failure, anchoredAt }) => overdue || failure !== null || anchoredAt === null)
    ? 'overdue'
    : 'good'
}

function newestOf(items: Items): string | null {
  return items.map(({ anchoredAt }) => anchoredAt).reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a), null)
}
