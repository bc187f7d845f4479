import { Tooltip } from '@mantine/core'
import {
  IconAlertOctagon,
  IconArrowsExchange,
  IconBan,
  IconClockHour3,
  IconDatabaseImport,
  IconDoor,
  IconFileText,
  IconInbox,
  IconMessage,
  IconMessageReply,
  IconNote,
  IconPointFilled,
  IconRobot,
  IconSettings,
  IconShield,
  IconShieldCheck,
  IconTag,
  IconUser,
  IconUserExclamation,
} from '@tabler/icons-react'
import type { Entry } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import classes from './entry.module.css'

const AREA_ICONS: Record<string, typeof IconMessage> = {
  agent: IconUser,
  bot: IconRobot,
  conversation: IconInbox,
  customer: IconUser,
  department: IconUser,
  impersonation: IconUserExclamation,
  import: IconDatabaseImport,
  label: IconTag,
  ledger: IconShield,
  log: IconFileText,
  message: IconMessage,
  note: IconNote,
  session: IconDoor,
  setting: IconSettings,
}

/** What kind of thing happened and how it ended: area by icon, a bad end by colour and another icon. */
export function EntryIcon({ entry }: { entry: Entry }) {
  const t = useT()
  const area = entry.event.slice(0, entry.event.indexOf('.'))
  const Icon =
    (entry.outcome === 'refused' && IconBan) ||
    (entry.outcome === 'failed' && IconAlertOctagon) ||
    (entry.event === 'message.sent' && IconMessageReply) ||
    (entry.event === 'conversation.assigned' && IconArrowsExchange) ||
    (AREA_ICONS[area] ?? IconPointFilled)
  return (
    <span className={classes.icon} data-outcome={entry.outcome}>
      <Icon size={16} stroke={1.7} aria-hidden />
      {entry.outcome !== 'done' && <span className="visually-hidden">{t(`outcome.${entry.outcome}`)}</span>}
    </span>
  )
}

export type SealState = 'pending' | 'tree' | 'signed'
export const sealOf = (position: number | null, signedSize: number): SealState =>
  position === null ? 'pending' : position < signedSize ? 'signed' : 'tree'

const SEAL_ICONS = { pending: IconClockHour3, tree: IconShield, signed: IconShieldCheck }

/** Whether an entry stands in the ledger yet. */
export function Seal({ state }: { state: SealState }) {
  const t = useT()
  const Icon = SEAL_ICONS[state]
  return (
    <Tooltip label={t(`log.seal.${state}`)}>
      <span className={classes.seal} data-seal={state} role="img" aria-label={t(`log.seal.${state}`)}>
        <Icon size={16} stroke={1.7} aria-hidden />
      </span>
    </Tooltip>
  )
}
